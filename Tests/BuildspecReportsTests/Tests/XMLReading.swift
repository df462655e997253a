import BuildspecSyntax
import Testing

@testable import BuildspecReports

/// Reads documents of the test formats in XML for the tests.
enum XMLReading {
    static func read(
        _ document: String,
        _ format: ReportFormat,
        maxCases: Int = 500
    ) throws -> (report: TestReport, warnings: [String]) {
        let read = try ReportReader.read(
            MemorySource(Array(document.utf8)),
            format: format,
            options: ReadOptions(maxCases: maxCases)
        )
        guard case .tests(let report) = read.report else {
            throw ContentFault("not a report of tests")
        }
        return (report, read.warnings)
    }

    /// The only case of a document.
    static func only(_ document: String, _ format: ReportFormat) throws -> TestCase {
        let cases = try read(document, format).report.cases
        #expect(cases.count == 1)
        return try #require(cases.first)
    }

    /// The fault of a document as `LINE:COLUMN: REASON`, or `sound`.
    static func fault(_ bytes: [UInt8], _ format: ReportFormat) -> String {
        do throws(SyntaxFault) {
            _ = try ReportReader.read(MemorySource(bytes), format: format)
            return "sound"
        } catch {
            return "\(error.line):\(error.column): \(error.reason)"
        }
    }
}
