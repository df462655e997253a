import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Rendered findings` {
    private func rendered(_ text: String) -> [String] {
        let source = SourceText(Array(text.utf8))
        return Buildspec.parse(Array(text.utf8)).diagnostics
            .map { $0.rendered(file: "buildspec.yml", source: source) }
    }

    @Test func `a rendered finding has its position, the line and what CodeBuild does`() {
        let text = "version: 0.2\nphases:\n  pre-build:\n    commands: [make]\n"
        #expect(
            rendered(text) == [
                """
                buildspec.yml:3:3: error: unknown phase 'pre-build'; did you mean 'pre_build'?
                    3 |   pre-build:
                      |   ^
                      = CodeBuild: not known: it refuses the file, or ignores the phase and what it does
                """
            ]
        )
    }

    @Test func `a rendered warning ends with the name that turns it off`() {
        let text = "version: 0.2\nphases:\n  build:\n    commands:\n      -\n      - make\n"
        #expect(
            rendered(text) == [
                """
                buildspec.yml:5:8: warning: this command is empty; remove the '-' or comment it out too [empty-command]
                    5 |       -
                      |        ^
                      = CodeBuild: seems to run an empty command
                """
            ]
        )
    }

    @Test func `a rendered finding keeps tabs, so that the caret is below its column`() {
        let text = "version: 0.2\nphases:\n  build:\n\t\tcommands: []\n"
        let lines = rendered(text).first?.split(separator: "\n").map(String.init)
        #expect(lines?[1] == "    4 | \t\tcommands: []")
        #expect(lines?[2].hasPrefix("      | ") == true)
    }

    @Test func `a rendered finding shows only a part of a long line`() throws {
        let long = String(repeating: "x", count: 500)
        let text = "version: 0.2\nphases: {}\nrun-as: {\(long): 1}\n"
        let lines = try #require(rendered(text).first).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 200 })
    }

    @Test func `a rendered finding has no control characters of the file`() {
        let text = "version: 0.2\nphases: {}\n\u{202E}evil: 1\n\"\\e[2J\": 2\n"
        for line in rendered(text) {
            #expect(!line.unicodeScalars.contains("\u{202E}"))
            #expect(!line.unicodeScalars.contains("\u{1B}"))
        }
    }
}
