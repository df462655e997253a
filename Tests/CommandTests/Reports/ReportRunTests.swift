import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `buildspec run` with a section `reports`: the log, the rules and the exit status.
@Suite(.timed, .timeLimit(.minutes(2)))
struct ReportRunTests {
    private static let buildspec = """
        version: 0.2
        phases: { build: { commands: ['true'] } }
        reports:
          unit:
            files: [junit.xml]
          arn:aws:codebuild:eu-west-1:123456789012:report-group/lines:
            files: [coverage.xml]
            file-format: coberturaxml
        """
    private static let junit = """
        <testsuite name="s">
        <testcase classname="c" name="good" time="1.5"/>
        <testcase classname="c" name="bad" file="src/t.py" line="7"><failure>1 &lt; 2</failure></testcase>
        </testsuite>
        """
    private static let coverage = """
        <coverage line-rate="0.5"><packages><package name="p"><classes><class name="a" filename="a.c">
        <lines><line number="1" hits="1"/><line number="2" hits="0"/></lines>
        </class></classes></package></packages></coverage>
        """

    private func run(
        _ arguments: [String],
        junit: String = junit,
        environment: [Environment.Key: String] = [:]
    ) async throws -> (status: Int, output: String, error: String) {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        try directory.write(junit, to: "junit.xml")
        try directory.write(Self.coverage, to: "coverage.xml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--project", "shop"] + arguments,
            in: directory,
            environment: environment
        )
        return (
            Int(outcome.status), outcome.output.replacing(directory.path.string, with: "ROOT"),
            outcome.error.replacing(directory.path.string, with: "ROOT")
        )
    }

    @Test func `the log shows failed cases, and the summary has a row for each report`()
        async throws
    {
        let outcome = try await run([])
        #expect(outcome.status == 0)
        #expect(
            outcome.output.contains(
                """

                report unit: 2 cases in 1.5 s: 1 succeeded, 1 failed
                FAILED c bad (src/t.py:7)
                    1 < 2

                """
            )
        )
        #expect(
            outcome.output.contains(
                """

                report            unit: 2 cases in 1.5 s: 1 succeeded, 1 failed
                report            lines: 50.0 % of 2 lines in 1 file

                build SUCCEEDED in
                """
            )
        )
        #expect(outcome.output.contains("UPLOAD_ARTIFACTS  SUCCEEDED"))
    }

    @Test func `a failed case is an annotation on GitHub`() async throws {
        let outcome = try await run([], environment: ["GITHUB_ACTIONS": "true"])
        #expect(
            outcome.output.contains("::error file=src/t.py,line=7,col=1::c bad%0A1 < 2\n")
        )
    }

    @Test(arguments: [
        ("tests", "1 of 2 test cases failed in 'unit'"),
        ("coverage<50.1", "'lines' covers 50.00 % of the lines, which is less than 50.1 %"),
    ])
    func `a broken rule fails the build and is its reason`(
        rule: String,
        reason: String
    ) async throws {
        let outcome = try await run(["--fail-on", rule])
        #expect(outcome.status == 1)
        #expect(outcome.output.hasSuffix(": \(reason)\n"))
    }

    @Test func `a kept rule does not fail the build`() async throws {
        #expect(try await run(["--fail-on", "coverage<50%"]).status == 0)
    }

    @Test(arguments: [
        "test", "coverage", "coverage<", "coverage<101", "coverage<1e1", "coverage<-1",
    ])
    func `a rule that does not exist is a usage error`(rule: String) async throws {
        let outcome = try await run(["--fail-on", rule])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("is not a rule; write 'tests', or 'coverage<' and a number"))
    }

    @Test func `a rule needs a phase after which reports are read`() async throws {
        let outcome = try await run(["--fail-on", "tests", "--phase", "install"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("'--phase' names build or post_build"))
    }

    @Test func `the 'codebuild' log names a broken rule on standard error`() async throws {
        let outcome = try await run(["--fail-on", "tests", "--log-format", "codebuild"])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("error: 1 of 2 test cases failed in 'unit'\n"))
    }

    @Test func `a message of a test is not a command of GitHub`() async throws {
        let junit = """
            <testsuite><testcase name="a"><failure>one
              ::add-mask::x
            ##[error]y</failure></testcase></testsuite>
            """
        let outcome = try await run([], junit: junit, environment: ["GITHUB_ACTIONS": "true"])
        let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("    ") }
        #expect(lines.contains { $0.hasSuffix(": :add-mask: :x") })
        #expect(lines.contains("    # #[error]y"))
        #expect(outcome.output.contains("::error::a%0Aone%0A"))
    }

    @Test func `reports are exported to a directory with any spelling`() async throws {
        let target = try TemporaryDirectory()
        let outcome = try await run(["--reports", "\(target.path)/./here"])
        #expect(outcome.status == 0)
        #expect(try target.read("here/unit/junit.xml") == Self.junit)
        #expect(outcome.output.contains("exported to \(target.path)/here/unit"))
    }

    @Test func `a report that cannot be read is an error with its place`() async throws {
        let outcome = try await run([], junit: "<testsuite>\n<testcase")
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("error: report 'unit': error processing report: [ROOT/"))
        #expect(outcome.output.contains("UPLOAD_ARTIFACTS  FAILED"))
        #expect(
            outcome.output.contains(
                ": Error in UPLOAD_ARTIFACTS phase: [unit: [error processing report: "
                    + "[ROOT/junit.xml:2:1: "
            )
        )
    }

    @Test func `events have the reports`() async throws {
        let outcome = try await run(["--events", "-"])
        let lines = outcome.output.split(separator: "\n")
        let reports = lines.filter { $0.contains(#""event":"report""#) }
        #expect(reports.count == 2)
        #expect(reports.first?.contains(#""name":"unit","group":"shop-unit""#) == true)
        #expect(reports.first?.contains(#""status":"FAILED""#) == true)
        #expect(reports.first?.contains(#""cases":[{"prefix":"c""#) == true)
        #expect(lines.last?.contains(#""reports":{"outcome":"read""#) == true)
        #expect(lines.last?.contains(#""cases""#) == false)
    }
}
