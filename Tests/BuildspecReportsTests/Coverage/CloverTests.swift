import Testing

@testable import BuildspecReports

@Suite struct CloverTests {
    private static let withPackages = """
        <?xml version="1.0" encoding="UTF-8"?>
        <coverage generated="1" clover="4.4.1">
          <project name="shop" timestamp="1">
            <metrics statements="10" coveredstatements="7" conditionals="4" coveredconditionals="3"/>
            <package name="shop.cart">
              <metrics statements="10" coveredstatements="7"/>
              <file name="Cart.java" path="/src/shop/cart/Cart.java">
                <metrics statements="6" coveredstatements="5" conditionals="4" coveredconditionals="3"/>
                <class name="Cart"><metrics statements="99" coveredstatements="99"/></class>
                <line num="3" type="method" count="2"/>
                <line num="4" type="stmt" count="2"/>
                <line num="5" type="cond" truecount="2" falsecount="0"/>
                <line num="5" type="stmt" count="1"/>
                <line num="7" type="cond" truecount="0" falsecount="0"/>
              </file>
              <file name="Item.java"><metrics statements="4" coveredstatements="2"/></file>
            </package>
          </project>
          <testproject><metrics statements="500" coveredstatements="500"/>
            <file name="CartTest.java"><metrics statements="500" coveredstatements="500"/></file>
          </testproject>
        </coverage>
        """

    @Test func `the totals are the metrics of the project and the files have theirs`() throws {
        let (report, warnings) = try CoverageReading.read(Self.withPackages, .cloverXML)
        #expect(report.summary.text == "7/10 3/4")
        #expect(report.fileTexts == ["/src/shop/cart/Cart.java 5/6 3/4", "Item.java 2/4 0/0"])
        #expect(!report.hasLines)
        #expect(warnings == [])
    }

    @Test func `statements and conditions are lines and methods are not`() throws {
        let (report, _) = try CoverageReading.read(
            Self.withPackages,
            .cloverXML,
            keepsLines: true
        )
        #expect(report.lineTexts() == ["4:2", "5:2:1/2", "7:0:0/2"])
        #expect(report.lineTexts(1) == [])
    }

    @Test func `a file directly in the project counts and CodeBuild's refusal is a warning`() throws
    {
        let text = """
            <coverage generated="1"><project timestamp="1">
            <file name="/app/A.php"><class name="A"><metrics statements="9" coveredstatements="9"/></class>
            <line num="1" type="stmt" count="1"/><metrics statements="2" coveredstatements="1"/></file>
            <file name="/app/B.php"><metrics statements="3" coveredstatements="3"/></file>
            <metrics files="2" statements="5" coveredstatements="4"/></project></coverage>
            """
        let (report, warnings) = try CoverageReading.read(text, .cloverXML)
        #expect(report.summary.text == "4/5 0/0")
        #expect(report.fileTexts == ["/app/A.php 1/2 0/0", "/app/B.php 3/3 0/0"])
        #expect(
            warnings == [
                "CodeBuild refuses the file '/app/A.php' (and 1 more) directly in <project>; "
                    + "it accepts files in a <package> only"
            ]
        )
    }

    @Test func `packages in the metrics of the project count`() throws {
        let text = """
            <coverage><project><metrics statements="4" coveredstatements="2"><package name="src">
            <file name="a.js" path="/src/a.js"><metrics statements="4" coveredstatements="2"/></file>
            </package></metrics></project></coverage>
            """
        let (report, warnings) = try CoverageReading.read(text, .cloverXML)
        #expect(report.summary.text == "2/4 0/0")
        #expect(report.fileTexts == ["/src/a.js 2/4 0/0"])
        #expect(warnings == [])
    }

    @Test func `the metrics of several projects add up`() throws {
        let project = #"<project><metrics statements="3" coveredstatements="1"/></project>"#
        let text = "<coverage>\(project)\(project)</coverage>"
        #expect(try CoverageReading.read(text, .cloverXML).report.summary.text == "2/6 0/0")
    }

    @Test(arguments: [
        ("", "0/0"), (#"statements="4""#, "0/4"), (#"coveredstatements="3""#, "3/3"),
        (#"statements="4.0" coveredstatements="2.9""#, "2/4"),
        (#"statements="-4" coveredstatements="-1""#, "0/0"),
        (#"statements=" 5 " coveredstatements="x""#, "0/5"),
        (#"statements="1e999" coveredstatements="NaN""#, "0/0"),
        (#"statements="9" coveredstatements="1,234.5""#, "0/9"),
        (#"statements="99999999999999999999" coveredstatements="0""#, "0/\(Int.max)"),
    ])
    func `a number that is missing or odd is read sensibly or is 0`(
        attributes: String,
        expected: String
    ) throws {
        let text = "<coverage><project><metrics \(attributes)/></project></coverage>"
        let (report, _) = try CoverageReading.read(text, .cloverXML)
        #expect(report.summary.text == "\(expected) 0/0")
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("<html></html>", "1:1: expected <coverage>, found <html>"),
        ("<coverage/>", "1:12: expected <project> in <coverage>"),
        (
            "<coverage>\n<packages/></coverage>",
            "2:12: expected <project> in <coverage>, found <packages>"
        ),
        ("<coverage>\n<project>", "2:10: no element found"),
        ("<coverage>\n <project></coverage>", "2:13: mismatched tag"),
        (
            "<!DOCTYPE coverage [\n<!ENTITY x \"y\">]><coverage/>",
            "2:12: declares the entity 'x', which is refused"
        ),
    ])
    func `a broken report is an error with its position`(text: String, fault: String) {
        #expect(CoverageReading.fault(text, .cloverXML) == fault)
    }

    @Test(arguments: [true, false])
    func `a report in UTF-16 is read`(isLittle: Bool) throws {
        let text = Self.withPackages.replacing("UTF-8", with: "UTF-16")
        let bytes = CoverageReading.utf16(text, isLittle: isLittle)
        #expect(try CoverageReading.read(bytes, .cloverXML).report.summary.text == "7/10 3/4")
    }
}
