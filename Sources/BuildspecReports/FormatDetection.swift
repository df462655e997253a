package import BuildspecFiles
internal import BuildspecSyntax

extension ReportFormat {
    /// The most bytes that are read to find the format of a file.
    private static let headSize = 64 << 10

    /// Finds the format of a file by its content, of which it reads the first 64 KB.
    ///
    /// Use it for files whose format nobody states. A file with a format can still be broken.
    ///
    /// - Returns: `nil` if the file is not a report, is not a regular file or cannot be read.
    public static func detect(path: String) -> ReportFormat? {
        detect(file: PathBytes(path))
    }

    /// Finds the format of a file whose path has any bytes.
    package static func detect(file: PathBytes) -> ReportFormat? {
        guard let source = try? FileSource(file, partSize: headSize) else { return nil }
        return detect(head: source.next(), fileName: file.text)
    }

    /// Finds the format of a file by the start of its content.
    ///
    /// The name decides only about an empty list in JSON, which is a report if the name has `cucumber`.
    package static func detect(head: [UInt8], fileName: String) -> ReportFormat? {
        let text = narrowed(head)
        switch text.first(where: { !isSpace($0) }) {
        case UInt8(ascii: "<"):
            return detectXML(head, text)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var detection = JSONDetection()
            JSONOutline.scan(text) { detection.visit($0) }
            return detection.format(fileName: fileName)
        default:
            return isLCOV(head) ? .lcov : nil
        }
    }

    /// Returns UTF-8 without its mark, and UTF-16 as one byte a character, which suffices for names.
    private static func narrowed(_ head: [UInt8]) -> ArraySlice<UInt8> {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return head[3...] }
        guard head.count >= 2 else { return head[...] }
        let isLittle: Bool
        switch (head[0], head[1]) {
        case (0xFF, 0xFE), (1..., 0): isLittle = true
        case (0xFE, 0xFF), (0, 1...): isLittle = false
        default: return head[...]
        }
        let units = stride(from: 0, to: head.count - 1, by: 2).map { index -> UInt8 in
            let (low, high) = isLittle ? (index, index + 1) : (index + 1, index)
            return head[high] == 0 ? head[low] : UInt8(ascii: "?")
        }
        return head[0] >= 0xFE ? units[1...] : units[...]
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D) ~= byte
    }

    private static func detectXML(_ head: [UInt8], _ text: ArraySlice<UInt8>) -> ReportFormat? {
        let detection = XMLDetection()
        // The head can end anywhere, and the detection stops the reader with an error.
        try? XMLStream.read(MemorySource(head), detection)
        if detection.format == nil, detection.root == .report {
            // A report without content has its DOCTYPE only.
            let start = String(decoding: text.prefix(1_024), as: UTF8.self).lowercased()
            return start.contains("<!doctype report") && start.contains("jacoco") ? .jacocoXML : nil
        }
        return detection.format
    }

    /// Whether the complete lines are records of LCOV with a source file.
    private static func isLCOV(_ head: [UInt8]) -> Bool {
        var hasFile = false
        var lines = TextLines(MemorySource(head))
        while let line = try? lines.next() {
            if LCOVReader.isEnd(line) { return hasFile }
            switch LCOVReader.tag(of: line) {
            case "SF": hasFile = true
            case "DA", "BRDA", "FN", "FNDA", "FNF", "BRF", "LF", "VER":
                if hasFile { return true }
            case nil:
                if !LCOVReader.isBlank(line) { return false }
            default: break
            }
        }
        return false
    }
}

/// Finds the format of a document in XML by its root, and by the first elements in it.
private final class XMLDetection: XMLHandler {
    enum Root {
        case coverage
        case report
        case testRun
    }

    private(set) var format: ReportFormat?
    private(set) var root: Root?
    private static let done = ContentFault("the format is decided")

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 { try startRoot(element) }
        if depth == 1, let format = format(ofChild: element.name) {
            self.format = format
            throw XMLDetection.done
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) {}

    private func startRoot(_ element: XMLElement) throws(ContentFault) {
        switch element.name {
        case "coverage":
            root = .coverage
            // A child can still say that it is Clover.
            if element["line-rate"] != nil { format = .coberturaXML }
            return
        case "report":
            root = .report
            return
        case "TestRun":
            root = .testRun
            // CppUnit has a root of this name, too.
            guard element["xmlns"]?.contains("VisualStudio/TeamTest") == true else { return }
            format = .visualStudioTRX
        case "testsuites", "testsuite": format = .junitXML
        case "test-results": format = .nunitXML
        case "test-run": format = .nunit3XML
        case "testng-results": format = .testNGXML
        default: break
        }
        throw XMLDetection.done
    }

    private func format(ofChild name: XMLName) -> ReportFormat? {
        switch (root, name) {
        case (.coverage, "project"), (.coverage, "testproject"): .cloverXML
        case (.coverage, "packages"), (.coverage, "sources"): .coberturaXML
        case (.report, "package"), (.report, "group"), (.report, "sessioninfo"),
            (.report, "counter"):
            .jacocoXML
        case (.testRun, "Results"), (.testRun, "ResultSummary"), (.testRun, "TestDefinitions"):
            .visualStudioTRX
        default: nil
        }
    }
}

/// Finds the format of a document in JSON by the names around its first values.
private struct JSONDetection {
    private var found: ReportFormat?
    private var isEmptyList = true
    /// The names in the first element of a list, which is a feature of Cucumber.
    private var featureNames: Set<String> = []
    /// Whether `meta` of a `coverage.json` was there, and `coverage` in a run of a `.resultset.json`.
    private var hasMeta = false
    private var hasRun = false

    /// Judges a value; returns whether the next value is needed.
    mutating func visit(_ value: JSONOutline.Value) -> Bool {
        guard let first = value.path.first else {
            isEmptyList = value.first == UInt8(ascii: "[")
            return true
        }
        isEmptyList = false
        if first == JSONOutline.element { return visitFeature(value) }
        // The top of SimpleCov's files has no text, unlike most files in JSON.
        if value.path.count == 1, value.first == UInt8(ascii: "\""), !first.hasPrefix("$") {
            return false
        }
        if isSimpleCov(value) { found = .simpleCov }
        return found == nil
    }

    private mutating func visitFeature(_ value: JSONOutline.Value) -> Bool {
        let path = value.path
        switch path.count {
        case 1: return featureNames.isEmpty && value.first == UInt8(ascii: "{")
        case 2: featureNames.insert(path[1])
        case 4 where path[1] == "elements" && path[3] == "steps": featureNames.insert("keyword")
        default: break
        }
        if featureNames.isSuperset(of: ["elements", "keyword"]) { found = .cucumberJSON }
        return found == nil
    }

    private mutating func isSimpleCov(_ value: JSONOutline.Value) -> Bool {
        let path = value.path
        let isObject = value.first == UInt8(ascii: "{")
        let isList = value.first == UInt8(ascii: "[")
        switch path.count {
        case 1:
            if path[0] == "meta" { hasMeta = true }
            return hasMeta && path[0] == "coverage" && isObject
        case 2:
            if path[1] == "coverage", isObject { hasRun = true }
            return path == ["meta", "simplecov_version"] || (hasRun && path[1] == "timestamp")
        case 3:
            return path[0] == "coverage" && path[2] == "lines" && isList
        default:
            guard path[1] == "coverage" else { return false }
            if path[3] == "lines" { return isList }
            let isCount = value.first == UInt8(ascii: "n") || (0x30...0x39) ~= value.first
            return path[3] == JSONOutline.element && isCount
        }
    }

    func format(fileName: String) -> ReportFormat? {
        if isEmptyList { return fileName.lowercased().contains("cucumber") ? .cucumberJSON : nil }
        return featureNames.isSuperset(of: ["uri", "keyword"]) ? .cucumberJSON : found
    }
}
