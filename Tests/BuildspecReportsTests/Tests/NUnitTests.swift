import Testing

@testable import BuildspecReports

@Suite struct NUnitTests {
    @Test(arguments: [
        ("result='Success'", TestStatus.succeeded),
        ("result='Failure'", .failed),
        ("result='Error'", .error),
        ("result='NotRunnable'", .error),
        ("result='Ignored'", .skipped),
        ("result='Skipped'", .skipped),
        ("result='Inconclusive'", .unknown),
        ("executed='False'", .skipped),
        ("executed='True' success='False'", .failed),
        ("executed='True' success='True'", .succeeded),
        ("executed='True'", .succeeded),
        ("success='maybe'", .unknown),
    ])
    func `the attributes of a case decide its state in NUnit 2`(
        attributes: String,
        status: TestStatus
    ) throws {
        let document = "<test-results><test-case name='a' \(attributes)/></test-results>"
        #expect(try XMLReading.only(document, .nunitXML).status == status)
    }

    @Test(arguments: [
        ("executed='True'", TestStatus.failed),
        ("success='maybe'", .failed),
        ("executed='False'", .skipped),
        ("result='Success'", .succeeded),
    ])
    func `a failure decides the state of a case without a result`(
        attributes: String,
        status: TestStatus
    ) throws {
        let document = """
            <test-results><test-case name='a' \(attributes)><failure/></test-case></test-results>
            """
        #expect(try XMLReading.only(document, .nunitXML).status == status)
    }

    @Test(arguments: [
        ("result='Passed'", TestStatus.succeeded),
        ("result='Failed'", .failed),
        ("result='Failed' label='Error'", .error),
        ("result='Failed' label='Invalid'", .failed),
        ("result='Skipped' label='Ignored'", .skipped),
        ("result='Inconclusive'", .unknown),
        ("result='Warning'", .unknown),
        ("", .unknown),
    ])
    func `the result of a case decides its state in NUnit 3`(
        attributes: String,
        status: TestStatus
    ) throws {
        let document = "<test-run><test-case name='a' \(attributes)/></test-run>"
        #expect(try XMLReading.only(document, .nunit3XML).status == status)
    }

    @Test(arguments: [
        ("Shop.CartTest.Adds", "Shop.CartTest", "Adds"),
        ("Shop.CartTest.Adds(1.5,\"a.b\")", "Shop.CartTest", "Adds(1.5,\"a.b\")"),
        ("Adds", "", "Adds"),
        ("adds an item. then pays", "", "adds an item. then pays"),
        ("", "", ""),
    ])
    func `a full name of NUnit 2 is a class and a method`(
        full: String,
        prefix: String,
        name: String
    ) throws {
        let attribute = full.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "&quot;")
        let document = """
            <test-results><test-case name="\(attribute)" result="Success"/></test-results>
            """
        let testCase = try XMLReading.only(document, .nunitXML)
        #expect(testCase.prefix == prefix)
        #expect(testCase.name == name)
    }

    @Test func `a case of NUnit 3 has a suite, a class, a duration, a message and a line`() throws {
        let document = """
            <test-run><test-suite type="Assembly" name="shop.dll">
            <test-suite type="TestFixture" name="CartTest">
            <failure><message>of the suite</message></failure>
            <test-suite type="ParameterizedMethod" name="Adds">
            <test-case name="Adds(1)" fullname="Shop.CartTest.Adds(1)" classname="Shop.CartTest"
                result="Failed" duration="0.25">
            <properties><property name="x" value="y"/></properties>
            <failure><message><![CDATA[Expected: 1]]></message><stack-trace>
               at NUnit.Assert.That()
               at Shop.CartTest.Adds() in /src/Cart Test.cs:line 12
            </stack-trace></failure>
            <assertions><assertion><message>not this</message></assertion></assertions>
            </test-case></test-suite></test-suite></test-suite></test-run>
            """
        let expected = TestCase(
            prefix: "Shop.CartTest",
            suite: "CartTest",
            name: "Adds(1)",
            status: .failed,
            nanoseconds: 250_000_000,
            message: """
                Expected: 1
                at NUnit.Assert.That()
                   at Shop.CartTest.Adds() in /src/Cart Test.cs:line 12
                """,
            file: "/src/Cart Test.cs",
            line: 12
        )
        #expect(try XMLReading.only(document, .nunit3XML) == expected)
    }

    @Test func `a case without a class has that of its full name`() throws {
        let document = """
            <test-run><test-case name="b" fullname="A.b" result="Passed"/></test-run>
            """
        #expect(try XMLReading.only(document, .nunit3XML).prefix == "A")
    }

    @Test(arguments: [
        (
            "<test-results><test-case name='a' result='Ignored'>", "</test-results>",
            ReportFormat.nunitXML
        ),
        ("<test-run><test-case name='a' result='Skipped'>", "</test-run>", .nunit3XML),
    ])
    func `a skipped case has its reason as message`(
        start: String,
        end: String,
        format: ReportFormat
    ) throws {
        let reason = "<reason><message>not today</message></reason></test-case>"
        #expect(try XMLReading.only(start + reason + end, format).message == "not today")
    }

    @Test(arguments: [
        ("   at A.B() in /src/a.cs:line 3", "/src/a.cs 3"),
        ("at A.B() in C:\\src\\a b.cs:line 30\r\n  at C.D() in /b.cs:line 1", "C:\\src\\a b.cs 30"),
        ("  at A.B () [0x00001] in <f1>:0 \n  at A.C () [0x00002] in /src/a.cs:7", "/src/a.cs 7"),
        ("at A.B()\nat C.D() in /all in one/a.cs:line 5", "/all in one/a.cs 5"),
        ("at A.B() in a.cs:line x", nil),
        ("at A.B() in a.cs:line 99999999999999999999", nil),
        ("at A.B() in :line 1", nil),
        (" in ", nil),
        ("", nil),
    ])
    func `the first frame with a file and a line is the location`(
        trace: String,
        location: String?
    ) {
        let found = DotNetStackTrace.location(in: trace)
        #expect(found.map { "\($0.file) \($0.line)" } == location)
    }
}
