import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `YAML reading` {
    @Test func `a syntax error has libyaml's message and CodeBuild's line, counted from 0`() {
        let text = "version: 0.2\n\nphases:\n\tbuild:\n"
        let finding = Buildspec.parse(Array(text.utf8)).diagnostics.first
        #expect(finding?.name == "yaml-syntax")
        #expect(finding?.range.start == SourcePosition(line: 4, column: 1))
        #expect(finding?.message.contains("found character that cannot start any token") == true)
        #expect(
            finding?.codeBuild
                == "YAML_FILE_ERROR Message: found character that cannot start any token at line 3"
        )
    }

    @Test func `findings before a syntax error are reported`() {
        let text = """
            version: 0.2
            phases:
              pre-build:
                commands:
                  - make
              build:
                commands:
                  - echo a: b: c
            """
        let names = Buildspec.parse(Array(text.utf8)).diagnostics.map(\.name)
        #expect(names == ["unknown-phase", "yaml-syntax"])
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "\u{FEFF}"])
    func `an empty file is an error (wrong number of container tags)`(text: String) {
        let result = Buildspec.parse(Array(text.utf8))
        #expect(result.buildspec == nil)
        #expect(result.diagnostics.map(\.name) == ["empty-document"])
        #expect(
            result.diagnostics.first?.codeBuild
                == "YAML_FILE_ERROR Message: wrong number of container tags, expected 1"
        )
    }

    private static let nul =
        "error nul-character: this text has a NUL character in it, which no command, variable or"
        + " path can hold; remove the"

    @Test(arguments: [#"\0"#, #"\x00"#, #"\u0000"#, #"\U00000000"#])
    func `a NUL character is an error at its position`(escape: String) {
        check(
            """
            version: 0.2
            phases: {build: {commands: [make, "echo \\\\0 1️⃣\(escape) b"]}}
            """,
            ["1️⃣ \(Self.nul) '\(escape)'"]
        )
    }

    @Test func `a NUL character in a key or value of any section is one error`() {
        let text = #"""
            version: 0.2
            env: {variables: {"A1️⃣\0": b, C: &c "d2️⃣\0\0"}, exported-variables: [*c]}
            phases:
              build:
                commands: ["echo 'a\
                  b' c
                  \x41\u00e9\\ d3️⃣\x00"]
            cache: {key: "k4️⃣\0", paths: ["p5️⃣\u0000"]}
            batch: {build-list: [{identifier: "i6️⃣\0"}]}
            """#
        let marked = MarkedText(text)
        let result = Buildspec.parse(Array(marked.text.utf8))
        #expect(result.buildspec == nil)
        let marks = result.diagnostics.filter { $0.name == "nul-character" }.map {
            marked.mark(at: $0.range.start)
        }
        #expect(marks == ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣"])
    }

    @Test func `a second document is an error at its first line`() {
        check(
            "---\nversion: 0.2\nphases: {}\n1️⃣---\nversion: 0.2\n",
            [
                "1️⃣ error second-document: a second document begins here; the file must be"
                    + " one document, remove the '---'"
            ]
        )
    }

    @Test func `a duplicate key is reported with both lines, and the last value counts`() throws {
        let text = """
            version: 0.2
            env:
              variables:
                A: first
                1️⃣A: last
            phases: {}
            """
        check(
            text,
            [
                "1️⃣ warning duplicate-key: 'A' occurs twice, on lines 4 and 5; only the last one"
                    + " counts, and what is under the first is lost; rename or remove one"
            ]
        )
        let buildspec = try parsed(MarkedText(text).text)
        #expect(buildspec.env.variables.map(\.value.value) == ["last"])
    }

    @Test func `tags and complex keys are errors at their positions`() {
        check(
            """
            version: 0.2
            phases: {}
            env:
              variables:
                A: 1️⃣!!str 1
                B: 2️⃣!Ref X
                ? 3️⃣[a, b]
                : c
            """,
            [
                "1️⃣ error tag: '!!str' is a YAML tag, which is not allowed here; quote the text"
                    + " if it begins with '!'",
                "2️⃣ error tag: '!Ref' is a YAML tag, which is not allowed here; quote the text"
                    + " if it begins with '!'",
                "3️⃣ error complex-key: a key must be text, this one is a list",
            ]
        )
    }

    @Test func `an alias stands for any node with an anchor`() throws {
        let buildspec = try parsed(
            """
            version: 0.2
            phases:
              build: &same
                commands: [&cmd make, *cmd]
              post_build: *same
            """
        )
        #expect(buildspec.phases[.postBuild]?.commands.map(\.value) == ["make", "make"])
    }

    @Test func `an undefined alias is an error`() {
        check(
            "version: 0.2\nphases: {build: {commands: [1️⃣*nothing ]}}",
            [
                "1️⃣ error undefined-alias: found undefined alias 'nothing'; nothing above is named"
                    + " '&nothing', and a text that begins with '*' needs quotes"
            ]
        )
    }

    @Test func `a merge key is reported, and explicit keys override merged ones`() throws {
        let text = """
            version: 0.2
            env:
              variables: &base {A: a, B: b}
            phases:
              build:
                commands: [make]
            artifacts:
              files: [x]
              secondary-artifacts:
                one: &one {files: [y], name: n}
                two:
                  <<: *one
                  name: m
            """
        let buildspec = try parsed(text)
        let two = buildspec.artifacts?.secondary.last?.set
        #expect(two?.files.map(\.value) == ["y"])
        #expect(two?.name?.value == "m")
        let names = Buildspec.parse(Array(text.utf8)).diagnostics.map(\.name)
        #expect(names == ["merge-key"])
    }

    @Test func `a file with CR LF, a byte order mark or in UTF-16 is read as usual`() throws {
        let text =
            "version: 0.2\r\nphases:\r\n  build:\r\n    commands:\r\n      - |\r\n        a\r\n        b\r\n"
        let utf16 = text.utf16.reduce(into: [UInt8]([0xFF, 0xFE])) { bytes, unit in
            bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
        let plain = Array(text.utf8)
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + plain
        for bytes in [plain, marked, utf16] {
            let result = Buildspec.parse(bytes)
            #expect(result.diagnostics.isEmpty)
            #expect(result.buildspec?.phases[.build]?.commands.map(\.value) == ["a\nb\n"])
            let start = result.buildspec?.phases[.build]?.commands.first?.range.start
            #expect(start == SourcePosition(line: 5, column: 9))
        }
    }

    @Test func `bytes that are not UTF-8 are an error at their position`() {
        let bytes = Array("version: 0.2\nphases: é".utf8) + [0xFF, 0x0A]
        let finding = Buildspec.parse(bytes).diagnostics.first
        #expect(finding?.name == "encoding")
        #expect(finding?.range.start == SourcePosition(line: 2, column: 10))
    }

    @Test func `a tab after a command is accepted`() throws {
        let buildspec = try parsed("version: 0.2\nphases:\n  build:\n    commands:\n      - a \t\n")
        #expect(buildspec.phases[.build]?.commands.map(\.value) == ["a"])
    }
}

@Suite(.timed) struct `YAML limits` {
    @Test func `a file of 10 MB is refused in less than a second`() {
        let bytes = Array(repeating: UInt8(ascii: "a"), count: 10_000_000)
        let time = processorTime {
            #expect(Buildspec.parse(bytes).diagnostics.map(\.name) == ["too-large"])
        }
        #expect(time < .seconds(1))
    }

    @Test(arguments: ["[", "- ", "? ", "{a: "])
    func `deep nesting is an error`(opener: String) {
        let bytes = Array(String(repeating: opener, count: 100_000).utf8)
        let result = Buildspec.parse(bytes)
        #expect(result.buildspec == nil)
        #expect(result.diagnostics.contains { $0.severity == .error })
    }

    @Test func `aliases that multiply exponentially are an error in less than a second`() {
        var text = "version: 0.2\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let time = processorTime {
            #expect(Buildspec.parse(Array(text.utf8)).diagnostics.map(\.name) == ["alias-limit"])
        }
        #expect(time < .seconds(1))
    }

    @Test func `merge keys count against the limit of aliases`() {
        let keys = (0..<200).map { "k\($0): v" }.joined(separator: ", ")
        var text = "version: 0.2\nbase: &base {\(keys)}\n"
        for index in 0..<200 { text += "m\(index): {<<: *base}\n" }
        let names = Buildspec.parse(Array(text.utf8)).diagnostics.map(\.name)
        #expect(names.contains("alias-limit"))
    }
}
