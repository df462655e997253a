// Reads test and coverage reports. The first byte is the format, the second one the size of the parts.

@testable internal import BuildspecFuzzed

/// Bytes that come in parts of one size.
private final class PartSource: ByteSource {
    private var bytes: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: ArraySlice<UInt8>, size: Int) {
        self.bytes = bytes
        self.size = size
    }

    func next() -> [UInt8] {
        defer { bytes = bytes.dropFirst(size) }
        return Array(bytes.prefix(size))
    }
}

/// Reads one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReports(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let content = bytes[2...]
    let formats = ReportFormat.allCases
    let format = formats[Int(bytes[0]) % formats.count]
    _ = ReportFormat.detect(head: Array(content), fileName: "cucumber.json")
    let options = ReadOptions(maxCases: 5, keepsLines: bytes[0] & 0x80 != 0)
    let whole = read(PartSource(content, size: content.count), format, options)
    let parts = read(PartSource(content, size: Int(bytes[1]) + 1), format, options)
    // Only the position of a fault can differ, where the encoding is in doubt.
    precondition((try? whole.get()) == (try? parts.get()), "a report in parts is the same report")
    switch whole {
    case .success(let read):
        check(read.report)
        checkWriting(read.report)
        for rule in MergeRule.allCases {
            var merge = ReportMerge(options: options, rule: rule)
            precondition(merge.add(read.report) && merge.add(read.report), "one type can be merged")
            if let merged = merge.report { check(merged) }
        }
    case .failure(let fault):
        precondition(fault.line > 0 && fault.column > 0 && !fault.reason.isEmpty, "\(fault)")
    }
    return 0
}

private func read(
    _ source: PartSource,
    _ format: ReportFormat,
    _ options: ReadOptions
) -> Result<ReadReport, SyntaxFault> {
    do throws(SyntaxFault) {
        return .success(try ReportReader.read(source, format: format, options: options))
    } catch {
        return .failure(error)
    }
}

/// Checks that a written report is read back with the same cases, or the same lines.
private func checkWriting(_ report: Report) {
    var bytes: [UInt8] = []
    let format: ReportFormat
    switch report {
    case .tests(let report):
        format = .junitXML
        JUnitWriter.write(report) { bytes += $0 }
    case .coverage(let report):
        format = .coberturaXML
        CoberturaWriter.write(report, timestamp: 0) { bytes += $0 }
    }
    let options = ReadOptions(maxCases: .max, keepsLines: true)
    let source = PartSource(bytes[...], size: bytes.count)
    switch (report, read(source, format, options).map(\.report)) {
    case (.tests(let written), .success(.tests(let read))):
        precondition(written.cases.count == read.cases.count, "every case is written")
        let states = written.cases.count { $0.status.isFailure }
        precondition(states == read.summary.failures, "every failure is written")
    case (.coverage(let written), .success(.coverage(let read))):
        // Paths can repeat, and are cut; files with different paths have the same order.
        guard written.files.map(\.path) == read.files.map(\.path) else { return }
        precondition(
            written.files.map(\.lines.count) == read.files.map(\.lines.count),
            "every line is written"
        )
    default: preconditionFailure("a written report can be read")
    }
}

private func check(_ report: Report) {
    switch report {
    case .tests(let report):
        precondition(report.cases.count <= min(5, report.summary.total), "at most 5 cases are kept")
        precondition(report.summary.nanoseconds >= 0, "a duration is not negative")
        for testCase in report.cases {
            precondition(testCase.message.count <= TestCase.maxMessageLength, "messages are cut")
            precondition(testCase.nanoseconds >= 0, "a duration is not negative")
        }
    case .coverage(let report):
        for summary in [report.summary] + report.files.map(\.summary) {
            precondition(
                min(
                    summary.linesCovered,
                    summary.linesMissed,
                    summary.branchesCovered,
                    summary.branchesMissed
                ) >= 0,
                "a count is not negative"
            )
        }
        for file in report.files {
            let numbers = file.lines.map(\.number)
            precondition(zip(numbers, numbers.dropFirst()).allSatisfy(<), "lines ascend")
        }
    }
}
