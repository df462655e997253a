import BuildspecSyntax
import Testing

@testable import BuildspecReports

@Suite struct LCOVTests {
    private static let document = """
        # made by hand
        TN:unit
        SF:src/a.c
        VER:1
        FN:1,main
        FNDA:3,main
        FNF:1
        FNH:1
        DA:1,3
        DA:2,0,KqI0RgUkOk0vC1BdmzQzWw
        DA:4,2
        BRDA:2,0,0,-
        BRDA:2,0,1,-
        BRDA:4,0,0,2
        BRDA:4,0,1,0
        BRF:4
        BRH:1
        LF:99
        LH:99
        end_of_record
        SF:src/b.c
        LF:10
        LH:4
        BRF:6
        BRH:5
        end_of_record

        """

    @Test(arguments: [1, 7, 1_000])
    func `lines and branches count and stated totals hold without them`(partSize: Int) throws {
        for text in [Self.document, Self.document.replacing("\n", with: "\r\n")] {
            let source = PartSource(Array(text.utf8), size: partSize)
            let read = try ReportReader.read(source, format: .lcov)
            guard case .coverage(let report) = read.report else { throw ContentFault("tests") }
            #expect(report.summary.text == "6/13 6/10")
            #expect(report.fileTexts == ["src/a.c 2/3 1/4", "src/b.c 4/10 5/6"])
            #expect(!report.hasLines)
            #expect(read.warnings == [])
        }
    }

    @Test func `records of one file merge and their hits add up`() throws {
        let text = """
            TN:one
            SF:a.c
            DA:5,1
            DA:3,0
            BRDA:5,0,0,1
            BRDA:5,0,1,-
            end_of_record
            SF:b.c
            DA:1,1
            end_of_record
            TN:two
            SF:a.c
            DA:5,2
            DA:6,0
            BRDA:5,0,1,4
            BRDA:5,e0,1,0
            BRDA:6,0,x < y, z,0
            LF:50
            LH:50
            end_of_record
            """
        let (report, _) = try CoverageReading.read(text, .lcov, keepsLines: true)
        #expect(report.fileTexts == ["a.c 1/3 2/4", "b.c 1/1 0/0"])
        #expect(report.lineTexts() == ["3:0", "5:3:2/3", "6:0:0/1"])
    }

    @Test func `of stated totals of one file the largest hold`() throws {
        let records = ["LF:5\nLH:5", "LF:8\nLH:2", "LF:8\nLH:3", "FNF:1"]
            .map { "SF:a\n\($0)\nend_of_record\n" }
        let (report, _) = try CoverageReading.read(records.joined(), .lcov)
        #expect(report.fileTexts == ["a 3/8 0/0"])
    }

    @Test(arguments: [
        ("DA:1,18446744073709551615", "1/1 0/0"), ("DA:1,1.5e+16", "1/1 0/0"),
        ("DA:1,-2", "0/1 0/0"),
        ("DA:1, 4 ", "1/1 0/0"), ("DA:0,1", "1/1 0/0"), ("DA:99999999999999999999,1", "1/1 0/0"),
        ("DA:1,1,", "1/1 0/0"), ("BRDA:1,0,0,1e3", "0/0 1/1"), ("LF:-3\nLH:-5", "0/0 0/0"),
        ("LF:2\nLH:5", "5/5 0/0"), ("MCDC:1,2,t,0,1,'x' in 'y'", "0/0 0/0"), ("XX1_Y:?", "0/0 0/0"),
        ("", "0/0 0/0"), ("# DA:1,1", "0/0 0/0"),
    ])
    func `an odd line is read sensibly`(line: String, expected: String) throws {
        let (report, _) = try CoverageReading.read("SF:a\n\(line)\nend_of_record", .lcov)
        #expect(report.summary.text == expected)
    }

    @Test func `a byte order mark is not part of the first record`() throws {
        let (report, _) = try CoverageReading.read("\u{FEFF}SF:é.c\nend_of_record ", .lcov)
        #expect(report.fileTexts == ["é.c 0/0 0/0"])
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("\n\n", "2:1: expected a source file (SF), found none"),
        ("TN:x\n", "1:1: expected a source file (SF), found none"),
        ("SF:a\nDA:1\nend_of_record", "2:1: expected a line and its hits after DA"),
        ("SF:a\nDA:x,1\n", "2:1: expected a line and its hits after DA"),
        ("SF:a\nDA:1,nan\n", "2:1: expected a line and its hits after DA"),
        ("DA:1,1\n", "1:1: DA without a source file (SF) before it"),
        ("SF:a\nend_of_record\nLF:1\n", "3:1: LF without a source file (SF) before it"),
        ("end_of_record\n", "1:1: end_of_record without a source file (SF) before it"),
        (
            "SF:a\nBRDA:1,2\n",
            "2:1: expected a line, a block, a branch and its hits after BRDA"
        ),
        (
            "SF:a\nBRDA:1,0,0,x\n",
            "2:1: expected a number or '-' as the hits of a branch after BRDA"
        ),
        ("SF:a\nLH:\n", "2:1: expected a number after LH"),
        ("SF:a\nDA:1,1\n", "2:1: expected end_of_record for 'a', found the end of the file"),
        ("SF:a\nSF:b\n", "2:1: expected end_of_record for 'a', found SF"),
        ("SF:a\nhello\n", "2:1: expected a record of LCOV such as SF or DA, found 'hello'"),
        ("<a/>", "1:1: expected a record of LCOV such as SF or DA, found '<a/>'"),
        ("x:1", "1:1: expected a record of LCOV such as SF or DA, found 'x:1'"),
    ])
    func `a broken report is an error with its line`(text: String, fault: String) {
        #expect(CoverageReading.fault(text, .lcov) == fault)
    }

    @Test func `a line of more than 1 MB is refused`() {
        let text = "SF:a\n" + String(repeating: "A", count: TextLines.maxLineSize + 1)
        #expect(CoverageReading.fault(text, .lcov) == "2:1: the line is longer than 1 MB")
    }
}
