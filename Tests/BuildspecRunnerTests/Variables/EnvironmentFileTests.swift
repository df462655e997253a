import BuildspecRunner
import TestSupport
import Testing

/// Files of variables, which `--env-file` reads and `--exports` writes.
@Suite(.timed) struct EnvironmentFileTests {
    @Test func `an environment file can have comments, empty lines and quotes around values`()
        throws
    {
        let text =
            "# one\n\nA=1\r\n  B='two $words\\n' \nC=\nD=a=b\nE=\"q\"\nexport F=x\nG=\"a\\n\\\"b\" # c\n"
        let values = try EnvironmentFile.parse(text)
        #expect(values.map(\.name) == ["A", "B", "C", "D", "E", "F", "G"])
        #expect(values.map(\.value) == ["1", "two $words\\n", "", "a=b", "q", "x", "a\n\"b"])
    }

    @Test func `quotes inside of a value, or around a part of it, stay in the value`() throws {
        let values = try EnvironmentFile.parse(
            "A={\"a\": 1}\nB=it's\nC=\"a\" b\nD=\"a\",\"b\"\nE=''\n"
        )
        #expect(values.map(\.value) == ["{\"a\": 1}", "it's", "\"a\" b", "\"a\",\"b\"", ""])
    }

    @Test func `a quoted value continues over line breaks`() throws {
        let values = try EnvironmentFile.parse("A=\"1\n# 2\n\n3\"\nB='4\r\n5'\nC=6")
        #expect(values.map(\.value) == ["1\n# 2\n\n3", "4\r\n5", "6"])
    }

    @Test func `a value can have Unicode line separators and a combining character at its start`()
        throws
    {
        let values = try EnvironmentFile.parse("A=a\u{2028}b\u{0B}c\nB=\u{301}x\n")
        #expect(values.map(\.value) == ["a\u{2028}b\u{0B}c", "\u{301}x"])
    }

    @Test(arguments: ["A", "=1", "export A", "A B=1", "1A=2", "a-b=1", "export =1"])
    func `a line that is not an assignment is an error with its number`(line: String) {
        let error = #expect(throws: EnvironmentFile.LineError.self) {
            try EnvironmentFile.parse("OK=\"1\n2\"\n\(line)\n")
        }
        #expect(error?.line == 3)
        #expect(error?.message == "'\(line)' is not an assignment; write NAME=VALUE")
    }

    @Test(arguments: ["A=\"b", "A='b", "A=\"b\nC=\"d"])
    func `an unclosed quote in an environment file is an error`(text: String) {
        let error = #expect(throws: EnvironmentFile.LineError.self) {
            try EnvironmentFile.parse("OK=1\n\(text)\n")
        }
        #expect(error?.line == 2)
        #expect(error?.message.contains("the value of 'A' is not closed") == true)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a written environment file is read back with the same values`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\t", "\n", "\r", "\"", "'", "\\", "$", "`", "#", "=", "\u{301}",
            "\u{2028}", "é", "\u{85}", "!", "n", "r", "{", "🎉",
        ]
        for _ in 0..<2_000 {
            let variables = (0..<Int.random(in: 0...4, using: &random)).map { number in
                let scalars = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    random.pick(pieces)
                }
                return ExportedVariable(
                    name: "V\(number)",
                    value: String(String.UnicodeScalarView(scalars))
                )
            }
            let text = EnvironmentFile.text(of: variables)
            let read = try EnvironmentFile.parse(text)
            #expect(read.map(\.name) == variables.map(\.name), "\(text.debugDescription)")
            #expect(
                read.map { Array($0.value.unicodeScalars) }
                    == variables.map { Array($0.value.unicodeScalars) },
                "\(text.debugDescription)"
            )
        }
    }
}
