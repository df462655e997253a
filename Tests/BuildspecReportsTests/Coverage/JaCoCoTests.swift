import Testing

@testable import BuildspecReports

@Suite struct JaCoCoTests {
    private static let document = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
        <report name="shop"><sessioninfo id="s" start="1" dump="2"/>
        <package name="shop/cart">
        <class name="shop/cart/Cart"><method name="m"><counter type="LINE" missed="90" covered="90"/>
        </method><counter type="LINE" missed="90" covered="90"/></class>
        <sourcefile name="Cart.java">
        <line nr="3" mi="0" ci="4" mb="0" cb="0"/><line nr="4" mi="2" ci="1" mb="1" cb="3"/>
        <line nr="9" mi="5" ci="0" mb="0" cb="0"/>
        <counter type="INSTRUCTION" missed="7" covered="5"/>
        <counter type="LINE" missed="1" covered="2"/><counter type="BRANCH" missed="1" covered="3"/>
        </sourcefile>
        <counter type="LINE" missed="90" covered="90"/>
        </package>
        <group name="g"><package name=""><sourcefile name="Main.java">
        <counter type="LINE" missed="4" covered="0"/></sourcefile></package>
        <counter type="LINE" missed="90" covered="90"/></group>
        <counter type="INSTRUCTION" missed="70" covered="50"/>
        <counter type="LINE" missed="5" covered="2"/>
        <counter type="LINE" missed="90" covered="90"/>
        <counter type="BRANCH" missed="1" covered="3"/>
        </report>
        """

    @Test func `the totals are the report's counters and the files have theirs`() throws {
        let (report, warnings) = try CoverageReading.read(Self.document, .jacocoXML)
        #expect(report.summary.text == "2/7 3/4")
        #expect(report.fileTexts == ["shop/cart/Cart.java 2/3 3/4", "Main.java 0/4 0/0"])
        #expect(!report.hasLines)
        #expect(warnings == [])
    }

    @Test func `lines are kept if they are asked for`() throws {
        let (report, _) = try CoverageReading.read(Self.document, .jacocoXML, keepsLines: true)
        #expect(report.summary.text == "2/7 3/4")
        #expect(report.lineTexts() == ["3:1", "4:1:3/4", "9:0"])
    }

    @Test func `a report without counters of its own has no lines`() throws {
        let text = """
            <report name="x"><group name="g"><package name="p"><sourcefile name="A.java">
            <counter type="LINE" missed="1" covered="2"/></sourcefile></package></group></report>
            """
        let (report, _) = try CoverageReading.read(text, .jacocoXML)
        #expect(report.summary.text == "0/0 0/0")
        #expect(report.fileTexts == ["p/A.java 2/3 0/0"])
    }

    @Test(arguments: [
        "<report/>", "<report name='x'><package name='p'/></report>",
        "<report><sessioninfo/></report>", "<report><counter type='METHOD'/></report>",
    ])
    func `a report without files is sound`(text: String) throws {
        #expect(try CoverageReading.read(text, .jacocoXML).report == CoverageReport())
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("<other/>", "1:1: expected <report>, found <other>"),
        (
            "<report>\n<stats/></report>",
            "2:9: expected <package>, <group> or <sessioninfo> in <report>, found <stats>"
        ),
        (
            "<report>\n<counter type='LINE' covered='1'/></report>",
            "2:1: a <counter> has no number in 'covered' or 'missed'"
        ),
        (
            "<report><package>\n<sourcefile><counter type='BRANCH' missed='x' covered='1'/>",
            "2:13: a <counter> has no number in 'covered' or 'missed'"
        ),
        ("<report>\n<package name='a'", "2:1: unclosed token"),
        (
            "<!DOCTYPE report [<!ENTITY a SYSTEM '/etc/passwd'>]><report>&a;</report>",
            "1:50: declares the entity 'a', which is refused"
        ),
    ])
    func `a broken report is an error with its position`(text: String, fault: String) {
        #expect(CoverageReading.fault(text, .jacocoXML) == fault)
    }

    @Test(arguments: [true, false])
    func `a report in UTF-16 is read`(isLittle: Bool) throws {
        let text = Self.document.replacing("UTF-8", with: "UTF-16")
        let bytes = CoverageReading.utf16(text, isLittle: isLittle)
        #expect(try CoverageReading.read(bytes, .jacocoXML).report.summary.text == "2/7 3/4")
    }
}
