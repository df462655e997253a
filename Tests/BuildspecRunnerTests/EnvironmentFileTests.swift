import BuildspecRunner
import Testing

/// Files of variables, read as AWS's local agent reads them.
@Suite struct EnvironmentFileTests {
    @Test func `comments and empty lines are left out, quotes are kept`() throws {
        let text = "# one\n\nA=1\r\n  B='two words' \nC=\nD=a=b\nE=\"q\""
        let values = try EnvironmentFile.parse(text)
        #expect(values.map(\.name) == ["A", "B", "C", "D", "E"])
        #expect(values.map(\.value) == ["1", "'two words' ", "", "a=b", "\"q\""])
    }

    @Test func `a value holds what ends no line and what joins the equals sign`() throws {
        let values = try EnvironmentFile.parse("A=a\u{2028}b\u{0B}c\nB=\u{301}x\n")
        #expect(values.map(\.value) == ["a\u{2028}b\u{0B}c", "\u{301}x"])
    }

    @Test(arguments: ["A", "=1", "export A=1", "A B=1", "1A=2", "a-b=1"])
    func `a line that is no assignment is named`(line: String) {
        let error = #expect(throws: EnvironmentFile.LineError.self) {
            try EnvironmentFile.parse("OK=1\n\(line)\n")
        }
        #expect(error?.line == 2)
        #expect(error?.message == "'\(line)' is not an assignment; write NAME=VALUE")
    }
}
