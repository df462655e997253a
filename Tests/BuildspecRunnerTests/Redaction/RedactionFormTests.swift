import BuildspecRunner
import TestSupport
import Testing

@Suite(.timed) struct RedactionFormTests {
    @Test(
        arguments: [
            ("correct horse", "correct%20horse"), ("correct horse", "correct+horse"),
            ("p@ss/w+rd=1", "p%40ss%2Fw%2Brd%3D1"), ("p@ss/w+rd=1", "p%40ss%2fw%2brd%3d1"),
            ("p@ss/w+rd=1", "p%40ss/w%2Brd%3D1"), ("it's (5*5)!", "it's%20(5*5)!"),
            ("it's (5*5)!", "it%27s+%285*5%29%21"), ("it's (5*5)!", "it%27s%20%285%2A5%29%21"),
            ("https://u:p w@h/?a#b", "https://u:p%20w@h/?a#b"), ("a~b c*", "a%7Eb+c*"),
            ("schlüssel", "schl%C3%BCssel"), ("schlüssel", "schl%c3%bcssel"),
            ("line\nnext", "line%0Anext"),
        ]
    )
    func `a percent-encoded secret is masked`(secret: String, form: String) {
        expectHidden(secret, form)
    }

    @Test(
        arguments: [
            (#"a"b\c/d"#, #"a\"b\\c/d"#), (#"a"b\c/d"#, #"a\"b\\c\/d"#),
            ("line\nnext\ttab", #"line\nnext\ttab"#), ("line\r\nnext", #"line\r\nnext"#),
            ("line\r\nnext", #"line\nnext"#), ("bell\u{7}\u{8}\u{C}!", #"bell\u0007\b\f!"#),
            ("esc\u{1B}x", #"esc\u001Bx"#), ("schlüssel", #"schl\u00fcssel"#),
            ("schlüssel", #"schl\u00FCssel"#), ("key🔑/", #"key\ud83d\udd11\/"#),
            ("a<b>&c", #"a\u003cb\u003e\u0026c"#), ("it's=a&b", #"it\u0027s\u003da\u0026b"#),
            ("a+b'c\"d", #"a\u002Bb\u0027c\u0022d"#),
        ]
    )
    func `a secret in a JSON string is masked`(secret: String, form: String) {
        expectHidden(secret, form)
    }

    @Test(
        arguments: [
            ("it's", #"it'\''s"#), ("it's", #"it'"'"'s"#), (#"$a"`\"#, #"\$a\"\`\\"#),
            ("a b;c", #"a\ b\;c"#), ("it's\nnew\u{1B}", #"it\'s\nnew\E"#),
            ("schlüssel\u{1}", #"schl\303\274ssel\001"#),
        ]
    )
    func `a secret with a shell's quotes or escapes is masked`(secret: String, form: String) {
        expectHidden(secret, form)
    }

    /// POSIX, echo: XSI escapes, as in dash; bash(1), echo -e.
    @Test(
        arguments: [
            (#"{"key":"BEGIN\nabcd-efgh\nEND"}"#, "{\"key\":\"BEGIN\nabcd-efgh\nEND\"}"),
            (#"{"key":"BEGIN\nabcd-efgh\nEND"}"#, "abcd-efgh"),
            (#"tab\there\\n\0101\q"#, "tab\there\\nA\\q"), (#"hunter2\cmore"#, "hunter2"),
            (#"pass\x41\u00fc\e!"#, "passAü\u{1B}!"), (#"end\"#, #"end\"#),
            (#"pass\u00fc\U0001f511"#, #"pass\u00FC\U0001F511"#), (#"pass\u0041"#, "passA"),
        ]
    )
    func `a secret whose backslashes 'echo' replaces is masked`(secret: String, form: String) {
        expectHidden(secret, form)
    }

    @Test(
        arguments: [
            ("password", "cGFzc3dvcmQ="), ("password", "cGFzc3dvcmQ"),
            ("password", "cGFzc3dvcmQK"), ("subjects?>", "c3ViamVjdHM/Pg=="),
            ("subjects?>", "c3ViamVjdHM_Pg"), ("~~~~~~", "fn5+fn5+"), ("~~~~~~", "fn5-fn5-"),
            ("true", "dHJ1ZQ=="),
        ]
    )
    func `base64 of a whole secret is masked`(secret: String, form: String) {
        expectHidden(secret, form)
    }

    /// Texts such as `user:password`, `us:password` and `u:password:`, encoded by Python's base64.
    @Test(
        arguments: [
            ("dXNlcjpwYXNzd29yZA==", "dXNlcjp***"),
            ("dXM6cGFzc3dvcmQ=", "dXM6***"),
            ("dTpwYXNzd29yZDo=", "dTp***Do="),
            ("dXNlOnBhc3N3b3Jk", "dXNlOn***"),
            ("dXNlOnBhc3N3b3JkOng=", "dXNlOn***Ong="),
            ("dXM6cGFzc3dvcmR+eHk=", "dXM6***R+eHk="),
            ("dTpwYXNzd29yZA==", "dTp***"),
            ("dTpwYXNzd29yZA", "dTp***"),
        ]
    )
    func `base64 of a longer text is masked where its digits encode only the secret`(
        input: String,
        output: String
    ) {
        #expect(Redactor("password").redacting(input) == output)
    }

    @Test(arguments: [76, 64])
    func `base64 of a secret is masked across line breaks`(width: Int) {
        let secret = String(repeating: "0123456789abcdefghijklmnopqrstuvwxyz", count: 4)
        let unit = "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6"
        let digits = [Character](String(repeating: unit, count: 4))
        let lines = stride(from: 0, to: digits.count, by: width).map {
            String(digits[$0..<min($0 + width, digits.count)])
        }
        let redactor = Redactor(secret)
        #expect(redactor.redacting(lines.joined(separator: "\n")) == "***")
        let indented = redactor.redacting(lines.map { "  " + $0 }.joined(separator: "\n"))
        #expect(indented == lines.map { _ in "  ***" }.joined(separator: "\n"))
    }

    @Test(
        arguments: [
            ("first line\nab\n  second line\n", "***\n"),
            ("first line\r\nab\r\n  second line\r\n", "***\r\n"),
            ("first line\nx\n  second line", "***\nx\n  ***"),
            ("second line, first line", "***, ***"),
            ("    second line\r\n\r\nab\n", "    ***\r\n\r\nab\n"),
        ]
    )
    func `a secret of several lines is masked as a whole and line by line`(
        input: String,
        output: String
    ) {
        let value = "first line\nab\n  second line\n"
        #expect(Redactor(value).redacting(input) == output)
        #expect(Redactor(value.replacing("\n", with: "\r\n")).redacting(input) == output)
    }

    @Test(arguments: ["password\n", "password\r\n", " password", "\tpassword \n\n"])
    func `a secret is masked without the white space around it`(value: String) {
        let redactor = Redactor(value)
        #expect(redactor.redacting("password") == "***")
        #expect(redactor.redacting("<password>\n") == "<***>\n")
    }

    @Test func `secrets that are too short are listed and not masked`() {
        let redactor = Redactor("", "abc", "abcd", " ab\n", "     ", "x", "ü¡")
        #expect(redactor.ignored == [1, 3, 4, 5])
        #expect(redactor.redacting("abc ab x abcd     ü¡") == "abc ab x ***     ***")
    }

    @Test func `other encodings of a secret are not masked`() {
        let redactor = Redactor("password")
        for text in ["PASSWORD", "drowssap", "70617373776f7264", "pass word", "pass\nword"] {
            #expect(redactor.redacting(text) == text)
        }
    }

    private func expectHidden(_ secret: String, _ form: String) {
        let redactor = Redactor(secret)
        #expect(redactor.redacting("<" + form + ">") == "<***>")
        let bytes = [UInt8](form.utf8)
        for cut in bytes.indices {
            #expect(redactor.streaming([bytes[..<cut], bytes[cut...]]) == [42, 42, 42])
        }
    }
}
