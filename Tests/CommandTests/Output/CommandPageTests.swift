import Foundation
import TestSupport
import Testing

/// The page of all help texts, which pins their wording.
@Suite(.timed, .timeLimit(.minutes(2))) struct `Generated command page` {
    private static let page = PackageFiles.path("docs/commands.md")

    private static let head = """
        # Commands

        The help of every command, as `--help` prints it. The page is generated: change the texts in
        `Sources/buildspec`, then run `BUILDSPEC_WRITE_DOCS=1 swift test --filter Generated`.

        """

    @Test func `the page of commands has the help of every command`() async throws {
        let text = try await Self.head + section([])
        if ProcessInfo.processInfo.environment["BUILDSPEC_WRITE_DOCS"] != nil {
            try Data(text.utf8).write(to: URL(filePath: Self.page))
        }
        let current = try String(contentsOf: URL(filePath: Self.page), encoding: .utf8)
        #expect(
            current == text,
            "docs/commands.md is stale; run 'BUILDSPEC_WRITE_DOCS=1 swift test --filter Generated'"
        )
        for command in ["buildspec run", "buildspec cache prune", "buildspec hash-files"] {
            #expect(text.contains("\n## \(command)\n"))
        }
    }

    /// Returns the help of a command and its subcommands.
    private func section(_ command: [String]) async throws -> String {
        let outcome = try await BuildspecProcess.run(
            command + ["--help"],
            in: TemporaryDirectory()
        )
        #expect(outcome.status == 0, "\(command): \(outcome.error)")
        let name = (["buildspec"] + command).joined(separator: " ")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0.reversed().drop { $0 == " " }.reversed()) }
        var text = "\n## \(name)\n\n```\n" + lines.joined(separator: "\n")
        while text.hasSuffix("\n") { text.removeLast() }
        text += "\n```\n"
        for line in lines.drop(while: { $0 != "SUBCOMMANDS:" }).dropFirst() {
            guard line.hasPrefix("  "), !line.hasPrefix("   "), !line.hasPrefix("  See") else {
                continue
            }
            let subcommand = line.dropFirst(2).prefix { $0 != " " }
            text += try await section(command + [String(subcommand)])
        }
        return text
    }
}
