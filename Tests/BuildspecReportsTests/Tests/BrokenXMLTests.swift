import Testing

@testable import BuildspecReports

/// What all formats in XML have in common.
@Suite struct BrokenXMLTests {
    @Test(arguments: [
        (ReportFormat.junitXML, "<testsuites> or <testsuite>"),
        (.nunitXML, "<test-results>"),
        (.nunit3XML, "<test-run>"),
        (.testNGXML, "<testng-results>"),
        (.visualStudioTRX, "<TestRun>"),
    ])
    func `a root of another format is an error at its position`(
        format: ReportFormat,
        expected: String
    ) {
        let fault = XMLReading.fault(Array("<!-- x -->\n <html/>".utf8), format)
        #expect(fault == "2:2: expected \(expected), found <html>")
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("  ", "1:3: no element found"),
        ("not xml", "1:1: syntax error"),
        ("<testsuite>\n<testcase", "2:1: unclosed token"),
        ("<testsuite><testcase>", "1:22: no element found"),
        ("<testsuite><a></b></testsuite>", "1:17: mismatched tag"),
        ("<testsuite/><testsuite/>", "1:13: junk after document element"),
        ("<testsuite>&#0;</testsuite>", "1:12: reference to invalid character number"),
        ("<testsuite>&nbsp;</testsuite>", "1:12: undefined entity"),
        ("<?xml version='1.0' encoding='klingon'?><testsuite/>", "1:31: unknown encoding"),
        (
            "<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite>&x;</testsuite>",
            "1:52: declares the entity 'x', which is refused"
        ),
        (
            "<!DOCTYPE t SYSTEM 'http://localhost/t.dtd'><testsuite>&x;</testsuite>",
            "1:56: undefined entity 'x'"
        ),
    ])
    func `a broken document is an error with a line and a column`(
        document: String,
        fault: String
    ) {
        #expect(XMLReading.fault(Array(document.utf8), .junitXML) == fault)
    }

    @Test func `bytes that are not UTF-8 are an error`() {
        let document = Array("<testsuite name='".utf8) + [0xFF] + Array("'/>".utf8)
        #expect(XMLReading.fault(document, .junitXML) == "1:18: not well-formed (invalid token)")
    }

    @Test func `a name of any size is cut in the error`() {
        let name = String(repeating: "x", count: 100_000)
        let fault = XMLReading.fault(Array("<\(name)/>".utf8), .nunit3XML)
        #expect(fault.utf8.count < 300)
    }

    @Test func `elements that are nested too deep are an error`() {
        let nested = String(repeating: "<testsuite>", count: 100_000)
        let fault = XMLReading.fault(Array(nested.utf8), .junitXML)
        #expect(fault.hasSuffix("elements are nested more than 1000 deep"))
    }

    @Test func `UTF-16 is read in both orders of bytes`() {
        let document = "\u{FEFF}<?xml version='1.0' encoding='utf-16'?><testsuite name='ä'/>"
        let little = document.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = document.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(XMLReading.fault(little, .junitXML) == "sound")
        #expect(XMLReading.fault(big, .junitXML) == "sound")
    }

    @Test func `a mark of UTF-8 before the document is accepted`() {
        #expect(
            XMLReading.fault([0xEF, 0xBB, 0xBF] + Array("<testsuite/>".utf8), .junitXML) == "sound"
        )
    }

    @Test func `windows-1252 is read`() throws {
        let start = "<?xml version='1.0' encoding='Windows-1252'?><testsuite><testcase name='"
        let document = Array(start.utf8) + [0x80] + Array("'/></testsuite>".utf8)
        #expect(XMLReading.fault(document, .junitXML) == "sound")
    }
}
