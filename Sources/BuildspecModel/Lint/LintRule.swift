/// A rule that finds text which CodeBuild accepts but reads differently than it looks.
///
/// All rules give warnings; each rule has a stable name.
struct LintRule: Sendable {
    /// The input of a rule.
    struct RuleContext {
        let source: SourceText
        let root: Node
        let sites: [CommandSite]
        /// The scans of `sites`, in the same order.
        let scans: [ShellScan]
        let usedAnchors: Set<String>
        let env: EnvSection

        var commands: Zip2Sequence<[CommandSite], [ShellScan]> { zip(sites, scans) }

        private var shell: String { env.shell?.value.lowercased() ?? "" }

        /// Whether the commands are for PowerShell or cmd, which these rules do not support.
        var isWindows: Bool { ["powershell", "cmd", "pwsh"].contains { shell.contains($0) } }

        /// Whether the file selects bash, or zsh, which has the same features.
        var isBash: Bool { shell.hasSuffix("bash") || shell.hasSuffix("zsh") }
    }

    let name: FindingName
    let check: @Sendable (RuleContext) -> [Finding]

    /// A finding of a rule.
    struct Finding {
        var range: SourceRange
        var message: String
        var codeBuild: String?
    }

    static let all = foldingRules + quotingRules + shellRules + bashRules + secretRules

    /// Applies all rules to a text.
    static func findings(
        in text: ParsedText,
        env: EnvSection,
        usedAnchors: Set<String>
    ) -> [Diagnostic] {
        guard let root = text.root else { return [] }
        let sites = CommandSite.all(in: root, text.source)
        let context = RuleContext(
            source: text.source,
            root: root,
            sites: sites,
            scans: sites.map { ShellScan($0.text) },
            usedAnchors: usedAnchors,
            env: env
        )
        return all.flatMap { rule in
            rule.check(context).map {
                Diagnostic(rule.name, $0.message, at: $0.range, codeBuild: $0.codeBuild)
            }
        }
    }
}
