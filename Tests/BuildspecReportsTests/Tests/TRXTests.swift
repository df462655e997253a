import Testing

@testable import BuildspecReports

@Suite struct TRXTests {
    private static let definitions = """
        <TestDefinitions><UnitTest name="defined" id="1"><Execution id="9"/>
        <TestMethod className="Shop.Cart`1[[Item, Shop]], Shop, Version=1.0" name="Adds"/></UnitTest>
        <UnitTest name="other" id="2"><TestMethod className="Other" name="Other"/></UnitTest>
        </TestDefinitions>
        """

    private static func results(_ attributes: String, _ content: String = "") -> String {
        "<Results><UnitTestResult \(attributes)>\(content)</UnitTestResult></Results>"
    }

    @Test(arguments: [
        ("Passed", TestStatus.succeeded),
        ("PassedButRunAborted", .succeeded),
        ("Failed", .failed),
        ("Error", .error),
        ("Timeout", .error),
        ("Aborted", .error),
        ("NotExecuted", .skipped),
        ("NotRunnable", .skipped),
        ("Disconnected", .skipped),
        ("Pending", .skipped),
        ("Inconclusive", .unknown),
        ("Completed", .unknown),
        ("Warning", .unknown),
        ("", .unknown),
    ])
    func `the outcome of a result is the state of its case`(
        outcome: String,
        status: TestStatus
    ) throws {
        let document = "<TestRun>\(Self.results("outcome='\(outcome)'"))</TestRun>"
        #expect(try XMLReading.only(document, .visualStudioTRX).status == status)
    }

    @Test func `a result without an outcome is an error`() throws {
        let document = "<TestRun>\(Self.results("testName='a'"))</TestRun>"
        #expect(try XMLReading.only(document, .visualStudioTRX).status == .error)
    }

    @Test(arguments: [true, false])
    func `a case has the class of its definition, before or after the results`(
        isBefore: Bool
    ) throws {
        let result = Self.results("testId='1' testName='Adds(1)' outcome='Passed'")
        let parts = isBefore ? Self.definitions + result : result + Self.definitions
        let testCase = try XMLReading.only("<TestRun>\(parts)</TestRun>", .visualStudioTRX)
        #expect(testCase.prefix == "Shop.Cart`1[[Item, Shop]]")
        #expect(testCase.name == "Adds(1)")
    }

    @Test func `a result without a name has that of its definition`() throws {
        let document = """
            <TestRun>\(Self.results("testId='1' outcome='Passed'"))\(Self.definitions)</TestRun>
            """
        #expect(try XMLReading.only(document, .visualStudioTRX).name == "defined")
    }

    @Test func `a result without a definition has no class`() throws {
        let document = """
            <TestRun>\(Self.results("testId='7' testName='a'"))\(Self.definitions)</TestRun>
            """
        #expect(try XMLReading.only(document, .visualStudioTRX).prefix == "")
    }

    @Test func `a failure has the duration, the message, the stack trace and the line`() throws {
        let content = """
            <Output><StdOut>text</StdOut><TextMessages><Message>not this</Message></TextMessages>
            <ErrorInfo><Message>Expected 1</Message>
            <StackTrace>   at A.B() in /src/a.cs:line 3</StackTrace></ErrorInfo></Output>
            <InnerResults><UnitTestResult outcome="Failed"><Output><ErrorInfo>
            <Message>nor this</Message></ErrorInfo></Output></UnitTestResult></InnerResults>
            """
        let result = Self.results(
            "testName='a' outcome='Failed' duration='1.02:03:04.5000000'",
            content
        )
        let expected = TestCase(
            name: "a",
            status: .failed,
            nanoseconds: 93_784_500_000_000,
            message: "Expected 1\nat A.B() in /src/a.cs:line 3",
            file: "/src/a.cs",
            line: 3
        )
        let document = "<TestRun>\(result)</TestRun>"
        #expect(try XMLReading.only(document, .visualStudioTRX) == expected)
    }

    @Test func `results of other kinds and results outside of Results are not cases`() throws {
        let document = """
            <TestRun><Results><WebTestResult outcome="Passed"/><TestResultAggregation><InnerResults>
            <UnitTestResult outcome="Failed"/></InnerResults></TestResultAggregation></Results>
            <ResultSummary><UnitTestResult outcome="Failed"/></ResultSummary></TestRun>
            """
        #expect(try XMLReading.read(document, .visualStudioTRX).report.summary.total == 0)
    }

    @Test(arguments: [
        (
            "<TestRun xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'/>",
            "sound"
        ),
        ("<t:TestRun xmlns:t='urn:x'><t:ResultSummary/></t:TestRun>", "sound"),
        (
            "<TestRun><FailedTests/></TestRun>",
            "1:24: expected <Results> or <TestDefinitions> in <TestRun>"
        ),
    ])
    func `a test run of another tool is refused`(document: String, fault: String) {
        #expect(XMLReading.fault(Array(document.utf8), .visualStudioTRX) == fault)
    }

    @Test func `definitions that pass the limit leave cases without a class`() throws {
        let name = String(repeating: "n", count: 60_000)
        let many = (1...300).map {
            "<UnitTest id='\($0)' name='\(name)'><TestMethod className='C'/></UnitTest>"
        }
        let document = """
            <TestRun><TestDefinitions>\(many.joined())</TestDefinitions><Results>
            <UnitTestResult testId="1" testName="a"/><UnitTestResult testId="300" testName="b"/>
            </Results></TestRun>
            """
        let cases = try XMLReading.read(document, .visualStudioTRX).report.cases
        #expect(cases.map(\.prefix) == ["C", ""])
    }
}
