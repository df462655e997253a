internal import BuildspecFiles
internal import BuildspecSyntax

/// Reads JaCoCo's XML by its counters; the DTD that it names is not fetched.
///
/// The totals are the counters of `report`, and a file has the counters of its `sourcefile`. A file's
/// path is that of its package with its name. Groups do not change it, so paths can repeat.
final class JaCoCoReader: XMLHandler {
    private let options: ReadOptions
    private var report = CoverageReport()
    private var bounds = CoverageBounds()
    private var totals = Counters()
    private var package = ""
    private var open: SourceFile?
    private var isJaCoCo = false
    private var firstChild: String?

    private struct SourceFile {
        var path: String
        var depth: Int
        var counters = Counters()
        var lines = MergeTable<TableLine>()
        /// Whether the lines have counts of instructions.
        var hasInstructions = true
    }

    /// The first counters of an element; JaCoCo leaves out counters of zero.
    private struct Counters {
        var lines: (covered: Int, missed: Int)?
        var branches: (covered: Int, missed: Int)?

        mutating func add(_ element: XMLElement) throws(ContentFault) {
            let type = element["type"]
            guard type == "LINE" || type == "BRANCH" else { return }
            guard let covered = element.count("covered"), let missed = element.count("missed")
            else {
                throw ContentFault("a <counter> has no number in 'covered' or 'missed'")
            }
            if type == "LINE" {
                lines = lines ?? (covered, missed)
            } else {
                branches = branches ?? (covered, missed)
            }
        }

        var summary: CoverageSummary {
            CoverageSummary(
                linesCovered: lines?.covered ?? 0,
                linesMissed: lines?.missed ?? 0,
                branchesCovered: branches?.covered ?? 0,
                branchesMissed: branches?.missed ?? 0
            )
        }
    }

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let reader = JaCoCoReader(options)
        try XMLStream.read(source, reader)
        reader.report.summary = reader.totals.summary
        return ReadReport(report: .coverage(reader.report))
    }

    private init(_ options: ReadOptions) {
        self.options = options
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        if depth == 0 {
            try element.require("report")
            return .ignored
        }
        if depth == 1, firstChild == nil { firstChild = element.name.description }
        if let open {
            if depth == open.depth + 1 { try add(element) }
            return .ignored
        }
        switch element.name {
        case "sourcefile":
            try bounds.addFile()
            let name = element["name"] ?? ""
            open = SourceFile(path: package.isEmpty ? name : "\(package)/\(name)", depth: depth)
        case "package": package = element["name"] ?? ""
        case "counter" where depth == 1: try totals.add(element)
        case "counter", "group", "sessioninfo": break
        default: return .ignored
        }
        if depth == 1 { isJaCoCo = true }
        return .ignored
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        if var file = open {
            guard depth == file.depth else { return }
            open = nil
            report.files.append(
                FileCoverage(
                    path: file.path,
                    summary: file.counters.summary,
                    lines: file.hasInstructions ? file.lines.lines() : []
                )
            )
        } else if name == "package" {
            package = ""
        } else if depth == 0, !isJaCoCo, let firstChild {
            throw ContentFault(
                "expected <package>, <group> or <sessioninfo> in <report>, found <\(firstChild)>"
            )
        }
    }

    private func add(_ element: XMLElement) throws(ContentFault) {
        if element.name == "counter" {
            try open?.counters.add(element)
        } else if options.keepsLines, element.name == "line", let number = element.count("nr") {
            try bounds.addLine()
            // gcovr writes lines without these, which do not say whether the line ran.
            if element.count("ci") == nil, element.count("mi") == nil {
                open?.hasInstructions = false
            }
            let covered = max(element.count("cb") ?? 0, 0)
            // JaCoCo counts the instructions of a line, not how often it ran.
            open?.lines.add(
                TableLine(
                    number: number,
                    hits: (element.count("ci") ?? 0) > 0 ? 1 : 0,
                    branchesCovered: covered,
                    branchesTotal: covered.addingClamped(max(element.count("mb") ?? 0, 0))
                )
            )
        }
    }
}
