internal import BuildspecReports

extension Redactor {
    func redacting(_ discovery: ReportDiscovery) -> ReportDiscovery {
        var discovery = discovery
        discovery.pattern = redacting(discovery.pattern)
        return discovery
    }

    func redacting(_ report: GroupReport) -> GroupReport {
        var report = report
        report.name = redacting(report.name)
        report.group = redacting(report.group)
        report.location = report.location.map(redacting)
        report.failure = report.failure.map(redacting)
        report.report = report.report.map(redacting)
        return report
    }

    private func redacting(_ report: Report) -> Report {
        switch report {
        case .tests(var tests):
            tests.cases = tests.cases.map(redacting)
            return .tests(tests)
        case .coverage(var coverage):
            for index in coverage.files.indices {
                coverage.files[index].path = redacting(coverage.files[index].path)
            }
            return .coverage(coverage)
        }
    }

    private func redacting(_ testCase: TestCase) -> TestCase {
        var testCase = testCase
        let longest = TestCase.maxNameLength
        testCase.prefix = redacting(testCase.prefix, cutAt: longest)
        testCase.suite = redacting(testCase.suite, cutAt: longest)
        testCase.name = redacting(testCase.name, cutAt: longest)
        testCase.message = redacting(testCase.message, cutAt: TestCase.maxMessageLength)
        testCase.file = testCase.file.map { redacting($0, cutAt: longest) }
        return testCase
    }

    /// Redacts a text that may be the first `length` characters of a longer one.
    private func redacting(_ text: String, cutAt length: Int) -> String {
        let isCut = text.utf8.count >= length && text.unicodeScalars.count >= length
        return isCut ? redactingStart(of: text) : redacting(text)
    }
}
