/// A rule that finds text which CodeBuild accepts but reads differently than it looks.
///
/// All rules give warnings; each rule has a stable name.
struct LintRule: Sendable {
    /// The input of a rule.
    struct RuleContext {
        /// The text of the file.
        let source: SourceText
        /// The root of the tree.
        let root: Node
        /// The commands of the file.
        let sites: [CommandSite]
        /// The scans of the commands, in the same order.
        let scans: [ShellScan]
        /// The names of anchors that an alias uses.
        let usedAnchors: Set<String>
        /// The `env` section of the file.
        let env: EnvSection

        /// The commands with their scans.
        var commands: Zip2Sequence<[CommandSite], [ShellScan]> { zip(sites, scans) }

        /// Whether the commands are for PowerShell or cmd, which these rules do not support.
        var isWindows: Bool {
            let shell = env.shell?.value.lowercased() ?? ""
            return shell.contains("powershell") || shell.contains("cmd") || shell.contains("pwsh")
        }

        /// Whether the file selects bash, or zsh, which has the same features.
        var isBash: Bool {
            let shell = env.shell?.value.lowercased() ?? ""
            return shell.hasSuffix("bash") || shell.hasSuffix("zsh")
        }
    }

    /// The name of the rule's findings.
    let name: FindingName
    /// Applies the rule to a buildspec.
    let check: @Sendable (RuleContext) -> [Finding]

    /// A finding of a rule.
    struct Finding {
        /// The range in the file.
        var range: SourceRange
        /// The problem and the remedy.
        var message: String
        /// CodeBuild's behaviour.
        var codeBuild: String?
    }

    /// All rules.
    static let all: [LintRule] =
        foldingRules + quotingRules + shellRules + bashRules + secretRules

    /// Applies all rules to a text, and returns the findings.
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
                Diagnostic(
                    .warning,
                    rule.name.rawValue,
                    $0.message,
                    at: $0.range,
                    codeBuild: $0.codeBuild
                )
            }
        }
    }
}
