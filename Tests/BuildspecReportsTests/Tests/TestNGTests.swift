import Testing

@testable import BuildspecReports

@Suite struct TestNGTests {
    @Test(arguments: [
        ("PASS", TestStatus.succeeded),
        ("FAIL", .failed),
        ("SKIP", .skipped),
        ("pass", .succeeded),
        ("SUCCESS_PERCENTAGE_FAILURE", .unknown),
        ("", .unknown),
    ])
    func `the status of a method is the state of its case`(
        attribute: String,
        status: TestStatus
    ) throws {
        let document = """
            <testng-results><test-method name="a" status="\(attribute)"/></testng-results>
            """
        #expect(try XMLReading.only(document, .testNGXML).status == status)
    }

    @Test func `a case has the suite, the class, the duration and the exception`() throws {
        let document = """
            <testng-results><suite name="all"><test name="t"><class name="shop.CartTest">
            <test-method name="setUp" status="FAIL" is-config="true"><exception class="X"/></test-method>
            <test-method name="adds" signature="adds(int)[pri:0]" status="FAIL" duration-ms="1,500">
            <exception class="java.lang.AssertionError">
            <message><![CDATA[ expected 1 ]]></message>
            <full-stacktrace><![CDATA[java.lang.AssertionError: expected 1
            at shop.CartTest.adds(CartTest.java:3)]]></full-stacktrace>
            </exception><reporter-output><line>text</line></reporter-output></test-method>
            </class></test></suite></testng-results>
            """
        let expected = TestCase(
            prefix: "shop.CartTest",
            suite: "all",
            name: "adds",
            status: .failed,
            nanoseconds: 1_500_000,
            message: """
                expected 1
                java.lang.AssertionError: expected 1
                at shop.CartTest.adds(CartTest.java:3)
                """
        )
        #expect(try XMLReading.only(document, .testNGXML) == expected)
    }

    @Test(arguments: ["", "<message/>", "<message> </message>"])
    func `an exception without a message has its class as message`(message: String) throws {
        let document = """
            <testng-results><test-method name="a" status="FAIL"><exception class="a.B">\(message)
            </exception></test-method></testng-results>
            """
        #expect(try XMLReading.only(document, .testNGXML).message == "a.B")
    }

    @Test func `a method without a name has that of its signature`() throws {
        let document = """
            <testng-results><test-method signature="adds(int)[pri:0]" status="PASS"/></testng-results>
            """
        #expect(try XMLReading.only(document, .testNGXML).name == "adds")
    }

    @Test func `a repeated method is counted each time`() throws {
        let method = "<test-method name='a' status='SKIP' retried='true'/>"
        let document = "<testng-results>\(method)\(method)</testng-results>"
        let report = try XMLReading.read(document, .testNGXML).report
        #expect(report.summary.counts == [.skipped: 2])
    }
}
