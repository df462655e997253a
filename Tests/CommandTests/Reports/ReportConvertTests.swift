import BuildspecFiles
import Subprocess
import TestSupport
import Testing

/// `buildspec report convert`.
@Suite(.timed, .timeLimit(.minutes(1))) struct ReportConvertTests {
    private let directory: TemporaryDirectory

    private static let cucumber = #"""
        [{"name": "login", "uri": "login.feature", "elements": [
          {"type": "scenario", "name": "good <user>", "line": 3, "steps": [
            {"name": "a", "result": {"status": "passed", "duration": 1500000000}}]},
          {"type": "scenario", "name": "bad", "line": 9, "steps": [
            {"name": "b", "result": {"status": "failed", "error_message": "no \u0000\n]]>"}}]}]}]
        """#

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(Self.cucumber, to: "cucumber.json")
        try directory.write("SF:src/a.c\nDA:1,1\nDA:2,0\nend_of_record\n", to: "one.info")
        try directory.write("SF:src/a.c\nDA:2,3\nDA:4,0\nend_of_record\n", to: "two.info")
        try directory.write("SF:src/a.c\nLF:4\nLH:3\nend_of_record\n", to: "totals.info")
    }

    private func convert(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["report", "convert"] + arguments,
            in: directory,
            environment: ["SOURCE_DATE_EPOCH": "1796101200"]
        )
    }

    private func show(_ file: String) async throws -> String {
        try await BuildspecProcess.run(["report", "show", file], in: directory).output
    }

    @Test func `a converted test report has the same cases`() async throws {
        let outcome = try await convert("--to", "junit", "cucumber.json", "-o", "junit.xml")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "")
        #expect(outcome.error == "")
        let text = try #require(try directory.read("junit.xml"))
        #expect(text.contains(#"<testsuites tests="2" failures="1" errors="0" skipped="0""#))
        let (converted, original) = (try await show("junit.xml"), try await show("cucumber.json"))
        #expect(converted == original)
    }

    @Test func `Python reads a converted report`() async throws {
        let outcome = try await convert("--to", "junit", "cucumber.json")
        let program = """
            import sys, xml.etree.ElementTree as tree
            root = tree.fromstring(sys.stdin.buffer.read())
            print([case.get("name") for case in root.iter("testcase")])
            print(root.find("testsuite/testcase/failure").text.endswith("no \\ufffd\\n]]>"))
            """
        let output = try await Python.run(program, input: outcome.output)
        #expect(output == "['good <user>', 'bad']\nTrue\n")
    }

    @Test(arguments: [[], ["-o", "-"], ["--output", "-"]])
    func `a converted report goes to standard output without a file`(
        option: [String]
    ) async throws {
        let outcome = try await BuildspecProcess.run(
            ["report", "convert", "--to", "cobertura", "one.info", "two.info"] + option,
            in: directory,
            environment: ["SOURCE_DATE_EPOCH": "1796101200"]
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.error == "")
        #expect(outcome.output.contains(#"lines-covered="2" lines-valid="3""#))
        #expect(outcome.output.contains(#"timestamp="1796101200000""#))
        #expect(outcome.output.contains(#"<line number="2" hits="3" branch="false"/>"#))
    }

    @Test func `a report of the other type is refused and the message names the right option`()
        async throws
    {
        let junit = try await convert("--to", "junit", "one.info", "-o", "out.xml")
        #expect(junit.status == 2)
        #expect(junit.error.contains("error: one.info: the report is of the type CODE_COVERAGE"))
        #expect(junit.error.contains("use '--to cobertura'"))
        let cobertura = try await convert("--to", "cobertura", "cucumber.json", "-o", "out.xml")
        #expect(cobertura.status == 2)
        #expect(cobertura.error.contains("use '--to junit'"))
        #expect(try directory.read("out.xml") == nil)
    }

    @Test func `a broken report is refused with its position and nothing is written`() async throws
    {
        try directory.write("<testsuite>\n<a></b></testsuite>", to: "broken.xml")
        try directory.write("old", to: "out.xml")
        let outcome = try await convert("--to", "junit", "broken.xml", "-o", "out.xml")
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("error: broken.xml:2:"), "\(outcome)")
        #expect(try directory.read("out.xml") == "old")
        #expect(try await convert("--to", "html", "cucumber.json").status == 64)
        #expect(try await convert("cucumber.json").status == 64)
    }

    @Test func `an output that is an input is refused also through a link`() async throws {
        try directory.handle.makeLink("link.xml".utf8, to: Array("one.info".utf8))
        try directory.handle.makeHardLink(
            "hard.xml".utf8,
            to: "one.info".utf8,
            in: directory.handle
        )
        let before = try directory.read("one.info")
        for output in ["one.info", "./one.info", "link.xml", "hard.xml"] {
            let outcome = try await convert("--to", "cobertura", "one.info", "-o", output)
            #expect(outcome.status == 64, "\(outcome)")
            #expect(outcome.error.contains("it is a report that the command reads"), "\(outcome)")
        }
        #expect(try directory.read("one.info") == before)
    }

    @Test func `an output that cannot be written is an error`() async throws {
        try directory.handle.makeDirectory("d".utf8)
        for output in ["d", "missing/out.xml", "one.info/out.xml"] {
            let outcome = try await convert("--to", "junit", "cucumber.json", "-o", output)
            #expect(outcome.status == 64, "\(outcome)")
            #expect(outcome.error.contains("--output: cannot write '\(output)'"), "\(outcome)")
        }
    }

    @Test func `the output of a link is written to its target`() async throws {
        try directory.write("old", to: "d/target.xml")
        try directory.handle.makeLink("out.xml".utf8, to: Array("d/target.xml".utf8))
        let outcome = try await convert("--to", "junit", "cucumber.json", "-o", "out.xml")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try directory.read("d/target.xml")?.hasPrefix("<?xml") == true)
        #expect(try directory.handle.status("out.xml".utf8)?.kind == .link)
    }

    @Test func `a device is written and not replaced`() async throws {
        let outcome = try await convert("--to", "junit", "cucumber.json", "-o", "/dev/null")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try FileStatus.named(PathBytes("/dev/null"))?.kind == .special)
    }

    @Test func `a union without lines is a warning of one line`() async throws {
        let outcome = try await convert("--to", "cobertura", "one.info", "totals.info")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.error
                == "warning: a report has no lines of 1 source file, so the report with more covered "
                + "lines counts instead of a union\n"
        )
        #expect(outcome.output.contains(#"line-rate="0.75""#))
        #expect(!outcome.output.contains("<line "))
    }
}
