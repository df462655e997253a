internal import ArgumentParser
internal import BuildspecModel

/// `buildspec explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a key of the buildspec, or a finding of 'validate'.",
        discussion: """
            The name of a key is its path, such as 'phases.build.on-failure' or 'cache.key'. A path can \
            contain your own names, such as 'reports.unit.files'. Without a name, the command lists all \
            keys.

            \(ExitStatus.help([.success, .usage]))
            """
    )

    @Argument(help: ArgumentHelp("Explain this key or finding.", valueName: "name"))
    var name: String?

    func validate() throws {
        guard let name, explanation(of: name) == nil else { return }
        let suggestions = KeyTable.suggestions(for: name).prefix(4)
        let remedy =
            suggestions.isEmpty
            ? "'buildspec explain' lists all keys"
            : "did you mean \(suggestions.joined(separator: " or "))?"
        throw ValidationError("there is no key or finding '\(name)'; \(remedy)")
    }

    func run() {
        let text = name.map { explanation(of: $0) ?? "" } ?? list
        StandardStream.output.write(text)
    }

    private func explanation(of name: String) -> String? {
        if FindingName.isShellCheck(name) {
            return "\(name) (ShellCheck)\n  https://www.shellcheck.net/wiki/\(name)\n"
        }
        return KeyTable.explanation(of: name) ?? FindingName(rawValue: name)?.explanation
    }

    private var list: String {
        let width = KeyTable.locations.map(\.path.count).max() ?? 0
        return KeyTable.locations.map { location in
            let gap = String(repeating: " ", count: width - location.path.count + 2)
            return location.path + gap + location.row.summary + "\n"
        }.joined()
    }
}
