import Testing

@testable import BuildspecReports

@Suite struct FormatDetectionTests {
    private static func detect(_ text: String, _ fileName: String = "f") -> ReportFormat? {
        ReportFormat.detect(head: Array(text.utf8), fileName: fileName)
    }

    private static let documents: [(String, ReportFormat?)] = [
        ("<testsuites/>", .junitXML), ("<testsuite name='a'><testcase", .junitXML),
        ("<test-results name='a'>", .nunitXML), ("<test-run id='0'>", .nunit3XML),
        ("<testng-results>", .testNGXML),
        (
            "<TestRun xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'>",
            .visualStudioTRX
        ),
        ("<TestRun><Times/><Results>", .visualStudioTRX),
        ("<TestRun><FailedTests/></TestRun>", nil),
        ("<coverage generated='1'><project>", .cloverXML),
        ("<coverage line-rate='1'><project>", .cloverXML),
        ("<coverage line-rate='1'/>", .coberturaXML), ("<coverage><sources>", .coberturaXML),
        ("<coverage><packages>", .coberturaXML), ("<coverage version='1'><file path='a'/>", nil),
        ("<report name='a'><sessioninfo id='a'", nil), ("<report><sessioninfo/>", .jacocoXML),
        ("<report><package name='a'>", .jacocoXML), ("<report><group name='a'>", .jacocoXML),
        ("<!DOCTYPE report PUBLIC '-//JACOCO//DTD Report 1.1//EN' 'r.dtd'><report/>", .jacocoXML),
        ("<report name='jacoco'/>", nil), ("<project/>", nil), ("<html><testsuites/>", nil),
        ("<", nil),
        (
            "<?xml version='1.0'?><!-- <testsuite> --><?pi x?><!DOCTYPE a [<!ELEMENT a ANY>]>\n"
                + "<n:testsuites xmlns:n='x'>", .junitXML
        ),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><testsuites/>", nil),
        (#"[{"keyword":"Feature","elements":["#, .cucumberJSON),
        (#"[{"line":1,"elements":[{"steps":[{"#, .cucumberJSON),
        (#"[{"uri":"a.feature","keyword":"Feature","tags":[]}]"#, .cucumberJSON),
        (#"[{"elements":1},{"keyword":"Feature"}]"#, nil), (#"[1, {"elements":[]}]"#, nil),
        ("[", nil),
        (#"{"RSpec":{"coverage":{"/a.rb":[null,1"#, .simpleCov),
        (#"{"RSpec":{"coverage":{"/a.rb":{"lines":["#, .simpleCov),
        (#"{"RSpec":{"coverage":{},"timestamp":1}}"#, .simpleCov),
        (#"{"meta":{"simplecov_version":"1"},"#, .simpleCov),
        (#"{"$schema":"x","meta":{},"coverage":{"#, .simpleCov),
        (#"{"coverage":{"a\"}.rb":{"lines":[1"#, .simpleCov),
        (#"{"name":"x","a":{"coverage":{"b":[1]}}}"#, nil),
        (#"{"meta":{"version":"7"},"files":{"a.py":{"lines":[]}}}"#, nil),
        (#"{"vitest":{"coverage":{"include":["src"]}}}"#, nil),
        (#"{"total":{"lines":{"total":1}}}"#, nil), ("{", nil), (#"{"a"#, nil), ("{}", nil),
        ("TN:\nSF:/a.c\nFN:1,f\n", .lcov), ("SF:a.c\r\nDA:1,1\r\n", .lcov),
        ("\n# comment\nSF:a.c\nend_of_record\n", .lcov), ("SF:a.c\n", nil), ("TN:x\nDA:1,1\n", nil),
        ("SF:a.c\nhello\nDA:1,1\n", nil), ("NOTE: x\n", nil), ("", nil), ("   \n", nil),
        ("\0\0", nil),
    ]

    @Test(arguments: documents)
    func `the start of a document decides its format`(text: String, format: ReportFormat?) {
        #expect(Self.detect(text) == format)
        #expect(Self.detect("\u{FEFF}" + text) == format)
    }

    @Test(arguments: documents.filter { $0.1 != nil && $0.1 != .lcov }, [true, false])
    func `a document in UTF-16 has the same format`(
        document: (String, ReportFormat?),
        isLittle: Bool
    ) {
        let marked = CoverageReading.utf16(document.0, isLittle: isLittle)
        #expect(ReportFormat.detect(head: marked, fileName: "f") == document.1)
    }

    @Test func `an empty list is a report of Cucumber by its name only`() {
        #expect(Self.detect(" [ ] ", "target/Cucumber.json") == .cucumberJSON)
        #expect(Self.detect("[]", "list.json") == nil)
        #expect(Self.detect("[1]", "cucumber.json") == nil)
    }

    @Test func `no prefix of a document ends the process`() {
        for (text, _) in Self.documents {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                _ = ReportFormat.detect(head: Array(bytes.prefix(count)), fileName: "f")
            }
        }
    }

    @Test func `deep nesting is not a report`() {
        for text in ["[", "{\"a\":", "<a>", "[{"] {
            #expect(Self.detect(String(repeating: text, count: 10_000)) == nil)
        }
    }

    @Test(arguments: ["/", "/dev/null", "/nonexistent/report.xml"])
    func `what is not a file that can be read has no format`(path: String) {
        #expect(ReportFormat.detect(path: path) == nil)
    }
}
