internal import BuildspecSyntax

/// A reader of the XML of NUnit 2 and NUnit 3.
enum NUnitReader {
    /// The generation of the format.
    enum Version {
        case two
        case three
    }

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions,
        _ version: Version
    ) throws(SyntaxFault) -> ReadReport {
        let handler = NUnitHandler(options, version)
        try XMLStream.read(source, handler)
        return ReadReport(report: .tests(handler.builder.report))
    }
}

private final class NUnitHandler: XMLHandler {
    private let version: NUnitReader.Version
    let builder: TestXMLBuilder
    /// Whether a `failure` in the innermost case decides its state.
    private var failureDecides = false

    init(_ options: ReadOptions, _ version: NUnitReader.Version) {
        self.version = version
        builder = TestXMLBuilder(options)
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 { try element.require(version == .two ? "test-results" : "test-run") }
        switch element.name {
        case "test-case": builder.start(openCase(element, depth))
        case "test-suite": builder.start(suite: suiteName(element), depth)
        case "failure" where failureDecides && builder.level(depth) == 1:
            builder.update { $0.status = .failed }
        case "message" where builder.level(depth) == 2,
            "stack-trace" where builder.level(depth) == 2:
            return builder.text
        default: break
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        guard let text else {
            builder.end(depth)
            return
        }
        if name == "message" {
            builder.update { $0.message = text }
        } else {
            builder.update { $0.setStackTrace(text) }
        }
    }

    private func openCase(_ element: XMLElement, _ depth: Int) -> OpenCase {
        let state = version == .two ? statusOfTwo(element) : statusOfThree(element)
        var testCase = OpenCase(
            depth: depth,
            status: state,
            nanoseconds: TestDuration.nanoseconds(element[version == .two ? "time" : "duration"])
        )
        guard failureDecides || builder.keeps(state) else { return testCase }
        let name = element["name"] ?? ""
        if version == .two {
            (testCase.prefix, testCase.name) = NUnitHandler.split(name)
        } else {
            testCase.name = name
            testCase.prefix =
                element["classname"] ?? NUnitHandler.split(element["fullname"] ?? "").prefix
        }
        return testCase
    }

    private func statusOfThree(_ element: XMLElement) -> TestStatus {
        switch element["result"]?.lowercased() {
        case "passed": .succeeded
        case "failed": element["label"]?.lowercased() == "error" ? .error : .failed
        case "skipped": .skipped
        default: .unknown
        }
    }

    private func statusOfTwo(_ element: XMLElement) -> TestStatus {
        failureDecides = false
        switch element["result"]?.lowercased() ?? "" {
        case "success", "passed", "pass": return .succeeded
        case "failure", "failed", "fail": return .failed
        case "error", "notrunnable": return .error
        case "ignored", "skipped": return .skipped
        case "": break
        default: return .unknown
        }
        // NUnit 2.4 and earlier have no result.
        if element["executed"]?.lowercased() == "false" { return .skipped }
        failureDecides = true
        return switch element["success"]?.lowercased() ?? "" {
        case "true", "": .succeeded
        case "false": .failed
        default: .unknown
        }
    }

    /// Returns the name of the suite, or of the one around it if the suite holds the cases of one method.
    private func suiteName(_ element: XMLElement) -> String {
        switch element["type"] {
        case "ParameterizedMethod", "ParameterizedTest", "GenericMethod", "Theory": builder.suite
        default: element["name"] ?? ""
        }
    }

    /// Splits a full name at the last point before the arguments, unless it is a sentence.
    private static func split(_ name: String) -> (prefix: String, name: String) {
        let path = name.prefix { $0 != "(" }
        guard let point = path.lastIndex(of: "."), !path[..<point].contains(where: \.isWhitespace)
        else { return ("", name) }
        return (String(name[..<point]), String(name[point...].dropFirst()))
    }
}
