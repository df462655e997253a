import BuildspecFiles
import BuildspecModel
import BuildspecReports
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// CodeBuild guide, "Build specification reference": reports; failures as in published logs.
@Suite(.timed, .timeLimit(.minutes(1)))
struct ReportTests {
    private static let passing =
        "<testsuite name='s'><testcase classname='c' name='a'/></testsuite>"
    private static let failing = """
        <testsuite name='s'><testcase classname='c' name='b' file='t.py' line='7'>\
        <failure>wrong</failure></testcase></testsuite>
        """

    /// Makes a build that writes files and has the lines of a section `reports`.
    private func build(
        _ reports: String,
        writing files: [String: String] = [:],
        commands: [String] = []
    ) throws -> TestBuild {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  build:
                    commands: ['true']
                \(reports.isEmpty ? "" : "reports:\n" + reports)
                """
        )
        for (name, text) in files { try build.scratch.write(text, to: name) }
        build.buildspec.phases[.build] = Phase(commands: located(commands))
        build.request.project = "shop"
        return build
    }

    @Test func `a failed test case fails the report and not the build`() async throws {
        let build = try build(
            "  unit:\n    files: ['**/*']\n    base-directory: out",
            writing: ["out/a.xml": ReportTests.passing, "out/deep/b.xml": ReportTests.failing]
        )
        let result = try await build.run()
        #expect(result.state == .succeeded)
        let report = try #require(result.reports.groups.first)
        #expect(result.reports.groups.count == 1)
        #expect(report.name == "unit")
        #expect(report.group == "shop-unit")
        #expect(report.status == .failed)
        #expect(report.files == 2)
        guard case .tests(let tests) = report.report else {
            Issue.record("no tests")
            return
        }
        #expect(tests.summary.total == 2)
        #expect(tests.cases.map(\.name) == ["a", "b"])
        #expect(build.sink.events.contains(.reportRead(report)))
    }

    @Test func `names, formats and paths have the values of variables at the end of the build`()
        async throws
    {
        let build = try build(
            "  $GROUP:\n    files: ['$DIRECTORY/*.info']\n    file-format: $FORMAT",
            writing: ["cov/a.info": "SF:a.c\nDA:1,1\nDA:2,0\nend_of_record\n"],
            commands: ["GROUP=lines DIRECTORY=cov FORMAT=lCov"]
        )
        let report = try #require(try await build.run().reports.groups.first)
        #expect(report.name == "lines")
        #expect(report.format == .lcov)
        #expect(report.status == .succeeded)
        #expect(report.report?.kind == .codeCoverage)
    }

    @Test func `a group can be an ARN`() async throws {
        let arn = "arn:aws:codebuild:eu-west-1:123456789012:report-group/unit"
        let build = try build(
            "  \(arn):\n    files: a.xml",
            writing: ["a.xml": ReportTests.passing]
        )
        let report = try #require(try await build.run().reports.groups.first)
        #expect(report.group == arn)
        #expect(report.label == "unit")
    }

    @Test func `a report without files fails the build`() async throws {
        let build = try build("  unit:\n    files: [none.xml]\n  other:\n    files: ['x/*']")
        let result = try await build.run()
        #expect(result.state == .failed)
        #expect(
            result.uploadFailure
                == "Error in UPLOAD_ARTIFACTS phase: [unit: [report files not found in build] "
                + "other: [report files not found in build]]"
        )
        #expect(result.reports.groups.map(\.status) == [.incomplete, .incomplete])
        #expect(build.sink.warnings.contains("report 'unit': no matching report paths found"))
    }

    @Test func `a report that cannot be read fails the build`() async throws {
        let build = try build(
            "  unit:\n    files: [a.xml, b.xml]\n  good:\n    files: a.xml",
            writing: ["a.xml": ReportTests.passing, "b.xml": "<coverage/>"]
        )
        let result = try await build.run()
        #expect(result.state == .failed)
        let path = build.scratch.path.appending("b.xml")
        #expect(
            result.uploadFailure
                == "Error in UPLOAD_ARTIFACTS phase: [unit: [error processing report: [\(path):1:1: "
                + "expected <testsuites> or <testsuite>, found <coverage>]]]"
        )
        #expect(result.reports.groups.map(\.status) == [.incomplete, .succeeded])
    }

    @Test(arguments: ["directory", "pipe", "outside"])
    func `a report that is not a file of the sources is no report`(kind: String) async throws {
        let outside = try TemporaryDirectory()
        try outside.write("<testsuite>", to: "a.xml")
        let commands = [
            "directory": "mkdir a.xml", "pipe": "mkfifo a.xml",
            "outside": "ln -s '\(outside.path)/none' a.xml",
        ]
        let build = try build(
            "  unit:\n    files: [a.xml]",
            commands: [try #require(commands[kind])]
        )
        let result = try await build.run()
        #expect(result.reports.failure?.contains("report files not found in build") == true)
    }

    @Test func `an unknown format names the known ones`() async throws {
        let build = try build(
            "  unit:\n    files: a.xml\n    file-format: $NONE",
            writing: ["a.xml": ReportTests.passing]
        )
        let failure = try await build.run().reports.failure
        #expect(failure?.contains("'' is not a report format; use one of JUNITXML, ") == true)
    }

    @Test func `reports are read after a failed build, but not without UPLOAD_ARTIFACTS`()
        async throws
    {
        let reports = "  unit:\n    files: a.xml"
        let failed = try build(
            reports,
            writing: ["a.xml": ReportTests.failing],
            commands: ["false"]
        )
        let result = try await failed.run()
        #expect(result.state == .failed)
        #expect(result.reports.groups.map(\.status) == [.failed])

        var aborted = try build(reports, commands: [])
        aborted.buildspec.phases[.install] = Phase(commands: located(["false"]))
        #expect(try await aborted.run().reports == .skipped)
    }

    @Test func `a file that the build did not write gets a warning`() async throws {
        let build = try build(
            "  unit:\n    files: ['*.xml']",
            writing: ["a.xml": ReportTests.passing, "b.xml": ReportTests.passing],
            commands: ["touch b.xml"]
        )
        try build.scratch.file("a.xml").setModified(
            FileTime(seconds: 1_700_000_000, nanoseconds: 1)
        )
        #expect(try await build.run().state == .succeeded)
        let path = build.scratch.path.appending("a.xml")
        #expect(
            build.sink.warnings.contains(
                "'\(path)' is in a report, but is older than this build"
            )
        )
    }

    @Test func `secrets are masked in reports, also one that the length of a message cuts`()
        async throws
    {
        let start = String(repeating: "x", count: TestCase.maxMessageLength - 6)
        let text = ReportTests.failing.replacing("wrong", with: "\(start)geheimnis")
            .replacing("name='b'", with: "name='b geheimnis'")
        var build = try build("  geheimnis:\n    files: a.xml", writing: ["a.xml": text])
        build.request.masks = ["geheimnis"]
        _ = try await build.run()
        let reports = build.sink.events.compactMap { event in
            if case .reportRead(let report) = event { report } else { nil }
        }
        let report = try #require(reports.first)
        guard case .tests(let tests) = report.report else {
            Issue.record("no tests")
            return
        }
        #expect(tests.cases.map(\.name) == ["b ***"])
        #expect(tests.cases.map(\.message) == [start])
        #expect(report.name == "***")
        #expect(!"\(build.sink.events)".contains("gehei"))
    }

    @Test func `rules fail a build for failed cases, low coverage and missing reports`() {
        var tests = GroupReport(name: "unit", group: "p-unit")
        var summary = TestSummary()
        summary.add(.failed, nanoseconds: 0)
        tests.report = .tests(TestReport(summary: summary))
        var left = GroupReport(name: "more", group: "p-more")
        (left.format, left.unreadable) = (.junitXML, 1)
        #expect(ReportRule.tests.problem(in: [left]) == "a file of 'more' cannot be read")
        #expect(ReportRule.coverage(1).problem(in: [left]) == "the build has no coverage report")
        var coverage = GroupReport(name: "lines", group: "p-lines")
        coverage.report = .coverage(
            CoverageReport(summary: CoverageSummary(linesCovered: 79_999, linesMissed: 20_001))
        )
        let groups = [tests, coverage]
        #expect(ReportRule.tests.problem(in: groups) == "1 of 1 test case failed in 'unit'")
        #expect(ReportRule.tests.problem(in: [coverage]) == "the build has no test case")
        #expect(ReportRule.coverage(79.999).problem(in: groups) == nil)
        #expect(
            ReportRule.coverage(80).problem(in: groups)
                == "'lines' covers 79.99 % of the lines, which is less than 80 %"
        )
        #expect(ReportRule.coverage(0).problem(in: [tests]) == "the build has no coverage report")
    }

    @Test(arguments: [(7_996, "79.96"), (7_999, "79.99"), (1, "0.01"), (0, "0.00")])
    func `the text of a rule rounds down`(covered: Int, text: String) {
        var coverage = GroupReport(name: "lines", group: "p-lines")
        coverage.report = .coverage(
            CoverageReport(
                summary: CoverageSummary(linesCovered: covered, linesMissed: 10_000 - covered)
            )
        )
        #expect(
            ReportRule.coverage(80.5).problem(in: [coverage])
                == "'lines' covers \(text) % of the lines, which is less than 80.5 %"
        )
    }

    @Test func `files of one path in several base directories are all read`() async throws {
        let build = try build(
            "  unit:\n    files: ['out/a.xml']\n    base-directory: 'mod-*'",
            writing: [
                "mod-a/out/a.xml": ReportTests.failing, "mod-b/out/a.xml": ReportTests.passing,
            ]
        )
        let report = try #require(try await build.run().reports.groups.first)
        #expect(report.files == 2)
        #expect(report.status == .failed)
    }

    @Test func `the name of a report file can have any bytes`() async throws {
        let build = try build(
            "  unit:\n    files: ['*.xml']",
            commands: [
                "printf '\(ReportTests.passing.replacing("'", with: "\""))' > \"$(printf 'caf\\351.xml')\""
            ]
        )
        let result = try await build.run()
        #expect(result.uploadFailure == nil)
        #expect(result.reports.groups.map(\.files) == [1])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a timeout ends the reading of a large report`() async throws {
        var build = try build(
            "  unit:\n    files: ['big.xml']",
            commands: [
                "(printf '<testsuite>'; yes '<testcase name=\"a\"/>' | head -c 400000000) > big.xml"
            ]
        )
        build.request.timeout = .seconds(4)
        let clock = ContinuousClock()
        var result: BuildResult?
        let time = try await clock.measure { result = try await build.run() }
        #expect(result?.state == .timedOut)
        #expect(time < .seconds(10))
    }

    @Test func `a group whose name is empty fails the build`() async throws {
        let build = try build("  $NONE:\n    files: a.xml", writing: ["a.xml": ReportTests.passing])
        let failure = try await build.run().reports.failure
        #expect(failure?.contains("[$NONE: [the name of the report group is empty]]") == true)
    }

    @Test func `a broken rule fails a build that succeeded`() async throws {
        var build = try build("  unit:\n    files: a.xml", writing: ["a.xml": ReportTests.failing])
        build.request.reports.rules = [.tests, .coverage(50)]
        let result = try await build.run()
        #expect(result.state == .failed)
        #expect(
            result.brokenRules
                == ["1 of 1 test case failed in 'unit'", "the build has no coverage report"]
        )
        #expect(result.uploadFailure == nil)
    }
}
