internal import BuildspecFiles
internal import BuildspecSyntax

/// Reads Clover's XML by its metrics: statements are lines, and conditionals are branches.
///
/// The totals are the metrics of `project`, and a file has its metrics; `testproject` does not count.
/// Files can be in packages, directly in the project (PHPUnit), or in its metrics (Istanbul).
final class CloverReader: XMLHandler {
    private let options: ReadOptions
    private var report = CoverageReport()
    private var bounds = CoverageBounds()
    private var hasProject = false
    private var isInProject = false
    private var hasProjectMetrics = false
    private var open: SourceFile?
    private var firstChild: String?
    /// The files that are directly in the project.
    private var withoutPackage: (count: Int, first: String) = (0, "")

    private struct SourceFile {
        var path: String
        var depth: Int
        var metrics: CoverageSummary?
        var lines = MergeTable<TableLine>()
    }

    static func read(
        _ source: any ByteSource,
        _ options: ReadOptions
    ) throws(SyntaxFault) -> ReadReport {
        let reader = CloverReader(options)
        try XMLStream.read(source, reader)
        return ReadReport(report: .coverage(reader.report), warnings: reader.warnings)
    }

    private init(_ options: ReadOptions) {
        self.options = options
    }

    private var warnings: [String] {
        guard withoutPackage.count > 0 else { return [] }
        let others = withoutPackage.count - 1
        let more = others > 0 ? " (and \(others) more)" : ""
        return [
            "CodeBuild refuses the file '\(withoutPackage.first)'\(more) directly in <project>; "
                + "it accepts files in a <package> only"
        ]
    }

    func start(_ element: XMLElement, depth: Int) throws(ContentFault) -> XMLText {
        switch depth {
        case 0:
            try element.require("coverage")
        case 1:
            if firstChild == nil { firstChild = element.name.description }
            isInProject = element.name == "project"
            hasProjectMetrics = false
            if isInProject { hasProject = true }
        default:
            if isInProject { try startInProject(element, depth) }
        }
        return .ignored
    }

    private func startInProject(_ element: XMLElement, _ depth: Int) throws(ContentFault) {
        switch element.name {
        case "line":
            if options.keepsLines { try addLine(element) }
        case "metrics":
            if depth == 2, !hasProjectMetrics {
                hasProjectMetrics = true
                report.summary.add(CloverReader.metrics(element))
            } else if let file = open, depth == file.depth + 1, file.metrics == nil {
                open?.metrics = CloverReader.metrics(element)
            }
        case "file" where open == nil:
            try bounds.addFile()
            let path = element.text("path") ?? element["name"] ?? ""
            open = SourceFile(path: path, depth: depth)
            if depth == 2 {
                if withoutPackage.count == 0 { withoutPackage.first = path }
                withoutPackage.count += 1
            }
        default: break
        }
    }

    func end(_ name: XMLName, depth: Int, text: String?) throws(ContentFault) {
        if var file = open, depth == file.depth {
            open = nil
            report.files.append(
                FileCoverage(
                    path: file.path,
                    summary: file.metrics ?? CoverageSummary(),
                    lines: file.lines.lines()
                )
            )
        } else if depth == 0, !hasProject {
            let found = firstChild.map { ", found <\($0)>" } ?? ""
            throw ContentFault("expected <project> in <coverage>\(found)")
        }
    }

    private static func metrics(_ element: XMLElement) -> CoverageSummary {
        CoverageSummary(
            lines: (element.count("coveredstatements") ?? 0, element.count("statements") ?? 0),
            branches: (
                element.count("coveredconditionals") ?? 0, element.count("conditionals") ?? 0
            )
        )
    }

    /// Adds a statement or a condition; a line of type `method` is not a statement.
    private func addLine(_ element: XMLElement) throws(ContentFault) {
        guard open != nil, let number = element.count("num") else { return }
        var line = TableLine(number: number, hits: element.count("count") ?? 0)
        switch element["type"] {
        case "stmt": break
        case "cond":
            let outcomes = [element.count("truecount") ?? 0, element.count("falsecount") ?? 0]
            line.branchesTotal = 2
            line.branchesCovered = UInt32(outcomes.count { $0 > 0 })
            line.hits = max(line.hits, UInt32(clamping: outcomes.clampedSum))
        default: return
        }
        try bounds.addLine()
        open?.lines.add(line)
    }
}
