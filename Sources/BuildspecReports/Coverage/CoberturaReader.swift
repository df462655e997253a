internal import BuildspecSyntax

/// Reads Cobertura's XML: the union of all classes by file and line.
///
/// Lines count in `class/lines` only, because `class/methods` repeats them. Paths are the classes'
/// `filename`; the directories of `sources` are not put before them.
final class CoberturaReader: XMLHandler {
    private let options: ReadOptions
    private var files = SourceFiles<MergeTable<TableLine>>()
    private var bounds = CoverageBounds()
    /// The file of the open class, with the depth of the class.
    private var open: (file: Int, depth: Int)?
    /// Whether `<lines>` is open directly in the class.
    private var isInLines = false
    private var isCobertura = false
    private var firstChild: String?

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let reader = CoberturaReader(options)
        try XMLStream.read(source, reader)
        return ReadReport(report: .coverage(reader.report()))
    }

    private init(_ options: ReadOptions) {
        self.options = options
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 {
            try element.require("coverage")
            isCobertura = element["line-rate"] != nil
        } else if let open {
            if isInLines {
                if depth == open.depth + 2, element.name == "line" {
                    try add(element, to: open.file)
                }
            } else if depth == open.depth + 1, element.name == "lines" {
                isInLines = true
            }
        } else if element.name == "class" {
            open = (try file(of: element), depth)
        } else if depth == 1 {
            try check(child: element.name)
        }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        if let open {
            if depth == open.depth { self.open = nil }
            if depth <= open.depth + 1 { isInLines = false }
        } else if depth == 0, !isCobertura {
            let found = firstChild.map { ", found <\($0)>" } ?? ""
            throw ContentFault("expected <packages> or <sources> in <coverage>\(found)")
        }
    }

    private func check(child name: XMLName) throws(ContentFault) {
        if name == "project" {
            throw ContentFault("expected <packages> in <coverage>, found <project> of Clover")
        }
        if name == "packages" || name == "sources" { isCobertura = true }
        if firstChild == nil { firstChild = name.description }
    }

    private func file(of element: XMLElement) throws(ContentFault) -> Int {
        if let path = element.text("filename") {
            return try files.index(of: path, new: MergeTable(), &bounds)
        }
        return try files.append(element["name"] ?? "", MergeTable(), &bounds)
    }

    private func add(_ element: XMLElement, to file: Int) throws(ContentFault) {
        guard let number = element.count("number"), let hits = element.count("hits") else { return }
        var line = TableLine(number: number, hits: hits)
        if let text = element["condition-coverage"], element["branch"]?.lowercased() == "true",
            let conditions = CoberturaReader.conditions(text)
        {
            line.branchesCovered = UInt32(clamping: conditions.covered)
            line.branchesTotal = UInt32(clamping: conditions.total)
        }
        try bounds.addLine()
        files.contents[file].add(line)
    }

    /// Reads `1` and `2` in a text such as `50% (1/2)`.
    static func conditions(_ text: String) -> (covered: Int, total: Int)? {
        let bytes = Array(text.utf8)
        for start in bytes.indices where bytes[start] == UInt8(ascii: "(") {
            var scanner = ByteScanner(bytes[(start + 1)...])
            scanner.skipSpaces()
            guard let covered = scanner.digits() else { continue }
            scanner.skipSpaces()
            guard scanner.take("/") else { continue }
            scanner.skipSpaces()
            guard let total = scanner.digits() else { continue }
            scanner.skipSpaces()
            if scanner.take(")") { return (covered, total) }
        }
        return nil
    }

    private func report() -> CoverageReport {
        files.report { path, table in
            let lines = table.lines()
            // Sums of 32 bits each do not overflow within the bound of lines.
            let summary = CoverageSummary(
                lines: (lines.count { $0.hits > 0 }, lines.count),
                branches: (
                    lines.reduce(0) { $0 + $1.branchesCovered },
                    lines.reduce(0) { $0 + $1.branchesTotal }
                )
            )
            return FileCoverage(
                path: path,
                summary: summary,
                lines: options.keepsLines ? lines : []
            )
        }
    }
}
