import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Causes of syntax errors` {
    /// Checks the position and the beginning of the message of the only syntax error.
    private func check(
        _ marked: String,
        _ expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let text = MarkedText(marked)
        let findings = Buildspec.parse(Array(text.text.utf8)).diagnostics
            .filter { $0.name == "yaml-syntax" }
        let found = findings.map { "\(text.mark(at: $0.range.start)) \($0.message)" }
        #expect(found.count == 1, sourceLocation: sourceLocation)
        #expect(
            found.first?.hasPrefix("1️⃣ \(expected)") == true,
            "\(found)",
            sourceLocation: sourceLocation
        )
        #expect(found.first?.contains("(YAML, line ") == true, sourceLocation: sourceLocation)
    }

    @Test func `a quote that closes too early is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- make\n- 1️⃣\"echo \"x\" y\""),
            "the text begins with a quote that already closes in column 15, with more text after it"
        )
        check(
            buildspecText(commands: "- 1️⃣\"$DIR/tool\" --x"),
            "the text begins with a quote that already closes"
        )
    }

    @Test func `a quote that is never closed is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- 1️⃣\"apt install git\n- \"which aws\""),
            "the quote opened here is not closed on its line, so that a quote on line 6 ends it"
        )
        check(
            buildspecText(commands: "- 1️⃣\"echo a\n- make"),
            "the quote opened here is never closed"
        )
    }

    @Test func `a quote that ends at a pattern far below is the cause of a syntax error`() {
        check(
            """
            version: 0.2
            phases:
              build:
                commands:
                  - 1️⃣'aws s3 sync . s3://bucket
            artifacts:
              files:
                - '**/*'
            """,
            "the quote opened here is not closed on its line, so that a quote on line 8 ends it"
        )
    }

    @Test func `a list item in the wrong column is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- make\n 1️⃣- \"make test\"").replacing(
                "- make\n",
                with: "- \"make\"\n"
            ),
            "this line is indented by 7 spaces, its siblings (line 5) by 6"
        )
        check(
            "version: 0.2\nbatch:\n  build-list:\n    - identifier: a\n  1️⃣- identifier: b\n",
            "the items above (line 4) are indented by 4 spaces, this one by 2"
        )
    }

    @Test func `a key in the wrong column is the cause of a syntax error`() {
        check(
            "version: 0.2\nphases:\n  build:\n    commands: [a]\n 1️⃣post_build:\n    commands: [b]\n",
            "this line is indented by 1 space, its siblings (line 3) by 2"
        )
    }

    @Test func `a key among list items is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- make\n1️⃣post_build:"),
            "'post_build:' is in the column of the list's items (from line 5)"
        )
    }

    @Test func `a block without indentation is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- |\n1️⃣if [ -f x ]; then\n  make\nfi"),
            "the block that begins on line 5 ends above this line; indent it by 8 spaces"
        )
        check(
            buildspecText(commands: "- |\n  if [ -f x ]; then\n    make\n1️⃣fi"),
            "the block that begins on line 5 ends above this line; indent it by 8 spaces"
        )
    }

    @Test(arguments: [
        "[ -f x ] && make", "[[ -f x ]] || exit 1", "*.txt", "| echo a", "> out.txt echo",
    ])
    func `a command that begins with a YAML indicator is the cause of a syntax error`(
        command: String
    ) {
        check(
            buildspecText(commands: "- 1️⃣\(command)"),
            "the text begins with '\(command.prefix(1))'"
        )
    }

    @Test(arguments: ["`date`", "@x", "%x"])
    func `a command that begins with a reserved character is the cause of a syntax error`(
        command: String
    ) {
        check(
            buildspecText(commands: "- 1️⃣\(command)"),
            "the text begins with '\(command.prefix(1))', which is a reserved character to YAML"
        )
    }

    @Test func `a tab as indentation is the cause of a syntax error`() {
        check(
            "version: 0.2\nphases:\n1️⃣\tbuild:\n",
            "there is a tab in column 1; indent with spaces"
        )
        check(
            buildspecText(commands: "- |\n  a\n1️⃣").replacing("1️⃣", with: "\t1️⃣b").replacing(
                "      \t1️⃣b",
                with: "1️⃣\tb"
            ),
            "there is a tab"
        )
    }

    @Test func `a colon and a space in a command are the cause of a syntax error`() {
        check(
            buildspecText(commands: "- curl -H \"Content-Type1️⃣: x\" -H \"A: b\""),
            "the ': ' in column 30 makes a mapping of this command"
        )
    }

    @Test(arguments: ["my: KEY", "arn:aws:secretsmanager:r:1:secret:n:KEY::"])
    func `a colon that makes a mapping of a value is the cause of a syntax error`(value: String) {
        check(
            "version: 0.2\nenv:\n  secrets-manager:\n    S: 1️⃣\(value)\n",
            "this value contains a ':' before a space or at its end"
        )
    }

    @Test func `a missing space or colon is the cause of a syntax error`() {
        check(
            "version: 0.2\nenv:\n  variables:\n    A: b\n    KEY1️⃣:value\n    C: d\n",
            "a space is missing after the ':'; write 'KEY: …'"
        )
        check(
            "1️⃣version 0.2\nphases:\n  build: {}\n",
            "a ':' is missing after 'version'; write 'version: 0.2'"
        )
        check(
            "version: 0.2\nenv:\n  variables:\n    A: b\n    1️⃣KEY = \"x\"\n    C: d\n",
            "a key and its value are joined by ': ', not by '='"
        )
    }

    @Test func `a text pasted by accident is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- make") + "1️⃣~\n~\n",
            "'~' looks pasted by accident; remove the line"
        )
        check(
            buildspecText(commands: "- make") + "1️⃣git push -u origin main\n",
            "'git push -u origin main' looks pasted by accident"
        )
        check("1️⃣<<<<<<< HEAD\nversion: 0.2\n", "this is the marker of a merge conflict; resolve it")
        check(
            buildspecText(commands: "- make") + "  1️⃣test\n",
            "this line is neither a key ('name: …') nor an item"
        )
    }

    @Test func `a mapping under a plain value is the cause of a syntax error`() {
        check(
            "version: 0.2\n  1️⃣phases:\n    build: {}\n",
            "this line is indented under 'version: 0.2' on line 1, which has a value already; indent it"
                + " by 0 spaces"
        )
    }

    @Test func `missing line breaks and unusual spaces are causes of syntax errors`() {
        check("1️⃣version: 0.2 phases: build: commands: - make", "the whole buildspec is on one line")
        check(
            "version:1️⃣\u{A0}0.2\nphases:\n  build: {}\n",
            "the space in column 9 is not an ordinary one"
        )
    }

    @Test func `an unknown escape is the cause of a syntax error`() {
        check(
            buildspecText(commands: "- \"sed 's/1️⃣\\./x/' f\""),
            "in double quotes YAML reads a backslash"
        )
    }
}
