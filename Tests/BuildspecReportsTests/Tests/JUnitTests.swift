import Testing

@testable import BuildspecReports

@Suite struct JUnitTests {
    @Test(arguments: [
        ("", TestStatus.succeeded),
        ("<system-out>text</system-out>", .succeeded),
        ("<failure/>", .failed),
        ("<error/>", .error),
        ("<skipped/>", .skipped),
        ("<flakyFailure/><rerunFailure/><rerunError/>", .succeeded),
        ("<failure/><error/>", .error),
        ("<error/><failure/>", .error),
        ("<skipped/><failure/>", .failed),
        ("<failure/><skipped/>", .failed),
        ("<error/><skipped/>", .error),
        ("<properties><failure/></properties>", .succeeded),
    ])
    func `the children of a case decide its state`(children: String, status: TestStatus) throws {
        let document = "<testsuite><testcase name='a'>\(children)</testcase></testsuite>"
        #expect(try XMLReading.only(document, .junitXML).status == status)
    }

    @Test(arguments: [
        ("<failure message='m'/>", "m"),
        ("<failure>text</failure>", "text"),
        ("<failure message='m'>\n  text\n</failure>", "m\ntext"),
        ("<failure message=''><![CDATA[a < b]]></failure>", "a < b"),
        ("<failure message='m'> \n </failure>", "m"),
        ("<failure message='first'/><failure message='second'>text</failure>", "first"),
        ("<failure message='f'>text</failure><error message='e'/>", "e"),
        ("<skipped message='later'/>", "later"),
        ("<skipped>reason</skipped>", "reason"),
        ("<system-out>text</system-out>", ""),
    ])
    func `a message is the attribute and then the text`(children: String, text: String) throws {
        let document = "<testsuite><testcase name='a'>\(children)</testcase></testsuite>"
        #expect(try XMLReading.only(document, .junitXML).message == text)
    }

    @Test func `a case has a suite, a class, a name, a duration, a file and a line`() throws {
        let document = """
            <testsuites name="all"><testsuite name="outer"><testsuite name="inner">
            <testcase classname="a.B" name="c" time="1,234.5" file="src/b.py" line="7"/>
            </testsuite></testsuite></testsuites>
            """
        let expected = TestCase(
            prefix: "a.B",
            suite: "inner",
            name: "c",
            status: .succeeded,
            nanoseconds: 1_234_500_000_000,
            file: "src/b.py",
            line: 7
        )
        #expect(try XMLReading.only(document, .junitXML) == expected)
    }

    @Test(arguments: ["0", "-3", "x", ""])
    func `a line that is not a positive number is left out`(line: String) throws {
        let document = "<testsuite><testcase name='a' file='b' line='\(line)'/></testsuite>"
        let testCase = try XMLReading.only(document, .junitXML)
        #expect(testCase.file == "b")
        #expect(testCase.line == nil)
    }

    @Test func `a case after a nested suite belongs to the outer suite`() throws {
        let document = """
            <testsuite name="outer"><testsuite name="inner"><testcase name="a"/></testsuite>
            <testcase name="b"/></testsuite>
            """
        let cases = try XMLReading.read(document, .junitXML).report.cases
        #expect(cases.map(\.suite) == ["inner", "outer"])
    }

    @Test func `a case in a case is counted, and each has its own children`() throws {
        let document = """
            <testsuite><testcase name="a"><testcase name="b"><error/></testcase><failure/></testcase>
            </testsuite>
            """
        let report = try XMLReading.read(document, .junitXML).report
        #expect(report.cases.map(\.name) == ["b", "a"])
        #expect(report.cases.map(\.status) == [.error, .failed])
    }

    @Test func `names have any prefix of a namespace`() throws {
        let document = """
            <j:testsuite xmlns:j="urn:x"><j:testcase j:name="a"><j:failure/></j:testcase></j:testsuite>
            """
        let testCase = try XMLReading.only(document, .junitXML)
        #expect(testCase.name == "a")
        #expect(testCase.status == .failed)
    }

    @Test(arguments: ["<testsuites/>", "<testsuite tests='3'/>"])
    func `a report without cases is sound`(document: String) throws {
        let report = try XMLReading.read(document, .junitXML).report
        #expect(report.summary.total == 0)
        #expect(report.cases == [])
    }

    @Test func `all cases are counted and failures are kept first`() throws {
        let passed = String(repeating: "<testcase name='p' time='1'/>", count: 5)
        let failed = "<testcase name='f'><failure message='m'/></testcase>"
        let document = "<testsuite>\(passed)\(failed)\(passed)</testsuite>"
        let report = try XMLReading.read(document, .junitXML, maxCases: 2).report
        #expect(report.summary.counts == [.succeeded: 10, .failed: 1])
        #expect(report.summary.nanoseconds == 10_000_000_000)
        #expect(report.cases.map(\.name) == ["p", "f"])
        #expect(report.cases.map(\.message) == ["", "m"])
    }

    @Test(arguments: [
        ("no <b>", "no <b>\n  at c:7", "no <b>\n  at c:7"), ("no", "\n no \n", "no"),
        ("no", "nobody", "no\nnobody"), ("no", "", "no"), ("", "at c", "at c"),
    ])
    func `a message that its text repeats as the first line is read once`(
        message: String,
        text: String,
        read: String
    ) throws {
        let document = """
            <testsuite><testcase><failure message="\(message.replacing("<", with: "&lt;"))">\
            <![CDATA[\(text)]]></failure></testcase></testsuite>
            """
        #expect(try XMLReading.only(document, .junitXML).message == read)
    }

    @Test func `long texts are cut`() throws {
        let long = String(repeating: "x", count: 70_000)
        let document = """
            <testsuite><testcase name="\(long)" classname="\(long)" file="\(long)">
            <failure message="\(long)">\(long)</failure></testcase></testsuite>
            """
        let testCase = try XMLReading.only(document, .junitXML)
        #expect(testCase.name.count == TestCase.maxNameLength)
        #expect(testCase.prefix.count == TestCase.maxNameLength)
        #expect(testCase.file?.count == TestCase.maxNameLength)
        #expect(testCase.message.count == TestCase.maxMessageLength)
    }

    @Test func `a name of one character with many marks is cut`() throws {
        let name = "e" + String(repeating: "\u{301}", count: 20_000)
        let document = "<testsuite><testcase name='\(name)'/></testsuite>"
        let testCase = try XMLReading.only(document, .junitXML)
        #expect(testCase.name.unicodeScalars.count == TestCase.maxNameLength)
    }

    // MARK: Counts that CodeBuild refuses

    @Test(arguments: [
        ("tests='3' failures='1' errors='1' skipped='1'", false),
        ("tests='1' failures='1' errors='1'", true),
        ("failures='1'", true),
        ("tests='' failures='x'", false),
        ("tests='-9223372036854775808' failures='9223372036854775807' errors='5'", true),
        ("tests='99999999999999999999' failures='99999999999999999999' errors='1'", false),
    ])
    func `a suite with more failures than tests has a warning`(
        counts: String,
        isRefused: Bool
    ) throws {
        let document = "<testsuites><testsuite name='unit' \(counts)/></testsuites>"
        let expected =
            "CodeBuild refuses the test suite 'unit', because it states fewer tests than failures, "
            + "errors and skipped tests"
        #expect(try XMLReading.read(document, .junitXML).warnings == (isRefused ? [expected] : []))
    }

    @Test func `several refused suites have one warning`() throws {
        let suite = "<testsuite name='s' tests='1' failures='2'/>"
        let document = "<testsuites>\(suite)\(suite)\(suite)</testsuites>"
        let warnings = try XMLReading.read(document, .junitXML).warnings
        #expect(warnings.count == 1)
        #expect(
            warnings.first?.hasPrefix("CodeBuild refuses the test suite 's', and 2 more,") == true
        )
    }
}
