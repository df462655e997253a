import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct ShellTextTests {
    @Test(arguments: [
        ("a/b.c", "a/b.c"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x", "'$x'"),
        ("ü", "'ü'"),
    ])
    func `a shell argument is quoted if it has to be`(text: String, quoted: String) {
        #expect(ShellText.quoted(text) == quoted)
    }

    @Test(
        arguments: [
            ("$A/x", "1/x", []), ("${A}x", "1x", []), ("$Ax", "", ["Ax"]), ("a$", "a$", []),
            ("$$A", "$1", []), ("${A", "${A", []), ("$(A)", "$(A)", []), ("~/$A", "~/1", []),
            ("${B}/${C}", "/", ["B", "C"]), ("$1A", "$1A", []), ("plain", "plain", []),
        ] as [(String, String, [String])]
    )
    func `variables in a path are replaced by their values`(
        text: String,
        expanded: String,
        unset: [String]
    ) {
        let expansion = VariableText.expand(text) { $0 == "A" ? "1" : nil }
        #expect(expansion.text == expanded)
        #expect(expansion.unset == unset)
    }

    @Test func `a command begins on line 4 of its script`() {
        let text = CommandScript.text(
            running: "make\nmake test",
            from: StateFiles(in: "/p"),
            to: StateFiles(in: "/p/next")
        )
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "cd \"$(cat /p/dir.txt)\"")
        #expect(lines[3] == "make")
        #expect(lines[4] == "make test")
        #expect(
            lines[5...] == [
                "CODEBUILD_LAST_EXIT=$?", "export -p > /p/next/env.sh", "pwd > /p/next/dir.txt",
                "exit $CODEBUILD_LAST_EXIT", "",
            ]
        )
    }
}
