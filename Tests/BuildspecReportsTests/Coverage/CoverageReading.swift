import BuildspecSyntax

@testable import BuildspecReports

/// Bytes in parts of a given size, as a slow source returns them.
final class PartSource: ByteSource {
    private var bytes: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: [UInt8], size: Int) {
        self.bytes = bytes[...]
        self.size = size
    }

    func next() -> [UInt8] {
        defer { bytes = bytes.dropFirst(size) }
        return Array(bytes.prefix(size))
    }
}

/// What the tests of coverage formats read.
enum CoverageReading {
    /// Reads a text as a report of coverage.
    static func read(
        _ text: String,
        _ format: ReportFormat,
        keepsLines: Bool = false
    ) throws -> (report: CoverageReport, warnings: [String]) {
        try read(Array(text.utf8), format, keepsLines: keepsLines)
    }

    static func read(
        _ bytes: [UInt8],
        _ format: ReportFormat,
        keepsLines: Bool = false
    ) throws -> (report: CoverageReport, warnings: [String]) {
        let options = ReadOptions(keepsLines: keepsLines)
        let read = try ReportReader.read(MemorySource(bytes), format: format, options: options)
        guard case .coverage(let report) = read.report else { throw ContentFault("tests") }
        return (report, read.warnings)
    }

    /// Reads a broken text, and returns its fault as `LINE:COLUMN: REASON`.
    static func fault(_ text: String, _ format: ReportFormat) -> String? {
        do throws(SyntaxFault) {
            _ = try ReportReader.read(MemorySource(Array(text.utf8)), format: format)
            return nil
        } catch {
            return "\(error.line):\(error.column): \(error.reason)"
        }
    }

    /// Returns UTF-16 with a mark at its start.
    static func utf16(_ text: String, isLittle: Bool) -> [UInt8] {
        ("\u{FEFF}" + text).utf16.flatMap { unit -> [UInt8] in
            let bytes = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            return isLittle ? bytes : bytes.reversed()
        }
    }
}

extension CoverageSummary {
    /// The counts as `COVERED/LINES COVERED/BRANCHES`.
    var text: String {
        "\(linesCovered)/\(linesCovered + linesMissed)"
            + " \(branchesCovered)/\(branchesCovered + branchesMissed)"
    }
}

extension CoverageReport {
    var hasLines: Bool { files.contains { !$0.lines.isEmpty } }

    /// Each file as `PATH COVERED/LINES COVERED/BRANCHES`.
    var fileTexts: [String] { files.map { "\($0.path) \($0.summary.text)" } }

    /// Each line of a file as `NUMBER:HITS` or `NUMBER:HITS:COVERED/BRANCHES`.
    func lineTexts(_ file: Int = 0) -> [String] {
        files[file].lines.map { line in
            let branches = line.branchesTotal > 0
            return "\(line.number):\(line.hits)"
                + (branches ? ":\(line.branchesCovered)/\(line.branchesTotal)" : "")
        }
    }
}
