import Testing

@testable import BuildspecReports

@Suite struct CoberturaTests {
    /// A report with one class for each of `classes`.
    private static func document(_ classes: String...) -> String {
        """
        <?xml version="1.0"?>
        <!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
        <coverage line-rate="0.5" lines-valid="77" lines-covered="70">
        <sources><source>/home/ci/src</source></sources>
        <packages><package name="p"><classes>\(classes.joined(separator: "\n"))</classes></package>
        </packages></coverage>
        """
    }

    private static func classElement(_ file: String, _ lines: String) -> String {
        #"<class name="C" filename="\#(file)"><lines>\#(lines)</lines></class>"#
    }

    @Test func `lines and conditions count and stated totals do not`() throws {
        let text = Self.document(
            Self.classElement(
                "a.py",
                """
                <line number="1" hits="2"/><line number="2" hits="0" branch="false"/>
                <line number="3" hits="1" branch="true" condition-coverage="50% (1/2)">
                <conditions><condition number="0" type="jump" coverage="50%"/></conditions></line>
                """
            ),
            Self.classElement("b.py", #"<line number="9" hits="0"/>"#)
        )
        let (report, warnings) = try CoverageReading.read(text, .coberturaXML, keepsLines: true)
        #expect(report.summary.text == "2/4 1/2")
        #expect(report.fileTexts == ["a.py 2/3 1/2", "b.py 0/1 0/0"])
        #expect(report.lineTexts() == ["1:2", "2:0", "3:1:1/2"])
        #expect(warnings == [])
        #expect(try !CoverageReading.read(text, .coberturaXML).report.hasLines)
    }

    @Test func `classes of one file are a union by line`() throws {
        let text = Self.document(
            Self.classElement(
                "a.cs",
                """
                <line number="7" hits="0" branch="true" condition-coverage="50% (2/4)"/>
                <line number="5" hits="0"/>
                """
            ),
            Self.classElement("b.cs", #"<line number="1" hits="1"/>"#),
            Self.classElement(
                "a.cs",
                """
                <line number="5" hits="3"/><line number="6" hits="0"/>
                <line number="7" hits="1" branch="True" condition-coverage="75% (3/4)"/>
                <line number="7" hits="0" branch="true" condition-coverage="100% (2/2)"/>
                """
            )
        )
        let (report, _) = try CoverageReading.read(text, .coberturaXML, keepsLines: true)
        #expect(report.fileTexts == ["a.cs 2/3 3/4", "b.cs 1/1 0/0"])
        #expect(report.lineTexts() == ["5:3", "6:0", "7:1:3/4"])
    }

    @Test func `lines of methods do not count`() throws {
        let text = Self.document(
            """
            <class name="C" filename="a.java"><methods><method name="m"><lines>
            <line number="2" hits="1"/></lines></method></methods>
            <lines><line number="2" hits="1"/></lines></class>
            <class name="D" filename="d.swift"><methods><method><lines><line number="1" hits="1"/>
            </lines></method></methods></class>
            """
        )
        let (report, _) = try CoverageReading.read(text, .coberturaXML)
        #expect(report.fileTexts == ["a.java 1/1 0/0", "d.swift 0/0 0/0"])
    }

    @Test func `a line without a number or hits does not count`() throws {
        let lines = """
            <line number="1"/><line hits="1"/><line number="x" hits="1"/><line number="2" hits="1.0"/>
            <line number="3" hits="-4"/><line number="4" hits="99999999999999999999"/>
            <line number="5" hits="NaN"/><other number="6" hits="1"/>
            """
        let text = Self.document(Self.classElement("a", lines))
        let (report, _) = try CoverageReading.read(text, .coberturaXML, keepsLines: true)
        #expect(report.lineTexts() == ["2:1", "3:0", "4:\(UInt32.max)"])
    }

    @Test func `classes without a file name are files of their own`() throws {
        let line = #"<lines><line number="1" hits="1"/></lines>"#
        let text = Self.document(
            #"<class name="C">\#(line)</class>"#,
            #"<class name="C" filename="">\#(line)</class>"#
        )
        let (report, _) = try CoverageReading.read(text, .coberturaXML)
        #expect(report.fileTexts == ["C 1/1 0/0", "C 1/1 0/0"])
    }

    @Test(arguments: [
        ("50% (1/2)", [1, 2]), ("(3/4)", [3, 4]), ("x (y) ( 10 / 20 )", [10, 20]), ("50%", nil),
        ("50% (1/2", nil), ("(1)", nil), ("(/2)", nil), ("", nil), ("(-1/2)", nil),
        ("(1/99999999999999999999)", [1, Int.max]),
    ])
    func `the counts of conditions are found in the text`(text: String, counts: [Int]?) {
        let found = CoberturaReader.conditions(text).map { [$0.covered, $0.total] }
        #expect(found == counts)
    }

    @Test func `conditions count only on lines that are branches`() throws {
        let line = #"<line number="1" hits="1" branch="false" condition-coverage="50% (1/2)"/>"#
        let text = Self.document(Self.classElement("a", line))
        #expect(try CoverageReading.read(text, .coberturaXML).report.summary.text == "1/1 0/0")
    }

    @Test(arguments: [
        "<coverage line-rate='1'/>", "<coverage><packages/></coverage>",
        "<coverage><sources/></coverage>", "<c:coverage xmlns:c='x'><c:packages/></c:coverage>",
    ])
    func `a report without classes is sound`(text: String) throws {
        #expect(try CoverageReading.read(text, .coberturaXML).report == CoverageReport())
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("<class/>", "1:1: expected <coverage>, found <class>"),
        ("<coverage/>", "1:12: expected <packages> or <sources> in <coverage>"),
        (
            "<coverage>\n<file/></coverage>",
            "2:8: expected <packages> or <sources> in <coverage>, found <file>"
        ),
        (
            "<coverage line-rate='1'>\n<project/></coverage>",
            "2:1: expected <packages> in <coverage>, found <project> of Clover"
        ),
        ("<coverage line-rate='1'>\n<packages><package", "2:11: unclosed token"),
        ("<coverage>\n&xxe;</coverage>", "2:1: undefined entity"),
        (
            "<?xml version='1.0' encoding='utf-99'?><coverage/>",
            "1:31: unknown encoding"
        ),
    ])
    func `a broken report is an error with its position`(text: String, fault: String) {
        #expect(CoverageReading.fault(text, .coberturaXML) == fault)
    }

    @Test func `a repeated line stays one line however often it comes`() throws {
        let lines = (0..<5_000).map { #"<line number="\#($0 % 7)" hits="\#($0 % 2)"/>"# }.joined()
        let text = Self.document(Self.classElement("a", lines), Self.classElement("a", lines))
        #expect(try CoverageReading.read(text, .coberturaXML).report.summary.text == "7/7 0/0")
    }
}
