/// Collects the cases of a report in bounded memory, failures first.
struct TestCollector {
    /// The most cases that are kept.
    let limit: Int
    private var summary = TestSummary()
    /// Kept cases with their position in the file.
    private var failures: [(position: Int, testCase: TestCase)] = []
    private var others: [(position: Int, testCase: TestCase)] = []
    private var position = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ testCase: TestCase) {
        summary.add(testCase.status, nanoseconds: testCase.nanoseconds)
        keep(testCase)
    }

    /// Adds the cases of a report, also those that the report does not keep.
    mutating func add(_ report: TestReport) {
        summary.add(report.summary)
        for testCase in report.cases { keep(testCase) }
    }

    private mutating func keep(_ testCase: TestCase) {
        position += 1
        if testCase.status.isFailure {
            if failures.count < limit { failures.append((position, testCase)) }
        } else if others.count < limit {
            others.append((position, testCase))
        }
    }

    /// Whether a case that did not fail would still be kept, so that a reader can save its texts.
    var keepsOthers: Bool { others.count < limit }

    /// Whether a case in `status` would still be kept.
    func keeps(_ status: TestStatus) -> Bool {
        (status.isFailure ? failures.count : others.count) < limit
    }

    /// Counts a case that is not kept.
    mutating func count(_ status: TestStatus, nanoseconds: Int64) {
        summary.add(status, nanoseconds: nanoseconds)
    }

    func report() -> TestReport {
        let kept = others.prefix(max(limit - failures.count, 0))
        var cases: [TestCase] = []
        cases.reserveCapacity(failures.count + kept.count)
        // Both lists have the order of the file, so they are merged in one pass without copies.
        var rest = kept[...]
        for failure in failures {
            while let other = rest.first, other.position < failure.position {
                cases.append(other.testCase)
                rest.removeFirst()
            }
            cases.append(failure.testCase)
        }
        for other in rest { cases.append(other.testCase) }
        return TestReport(summary: summary, cases: cases)
    }
}
