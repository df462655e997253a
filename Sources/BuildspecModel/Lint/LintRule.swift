/// A rule that looks for what CodeBuild accepts and reads otherwise than it looks.
///
/// All rules give warnings; each has a stable name of its own.
struct LintRule: Sendable {
    /// What a rule may look at.
    struct RuleContext {
        /// The text.
        let source: SourceText
        /// The tree.
        let root: Node
        /// The commands.
        let sites: [CommandSite]
        /// Their words.
        let scans: [ShellScan]
        /// Names of anchors that an alias uses.
        let usedAnchors: Set<String>
        /// What the file says about its shell and variables.
        let env: EnvSection

        /// The commands with their words.
        var commands: Zip2Sequence<[CommandSite], [ShellScan]> { zip(sites, scans) }

        /// Whether the commands are for PowerShell or cmd, which these rules do not know.
        var isWindows: Bool {
            let shell = env.shell?.value.lowercased() ?? ""
            return shell.contains("powershell") || shell.contains("cmd") || shell.contains("pwsh")
        }

        /// Whether the file asks for bash or a shell that knows as much.
        var isBash: Bool {
            let shell = env.shell?.value.lowercased() ?? ""
            return shell.hasSuffix("bash") || shell.hasSuffix("zsh")
        }
    }

    /// The name of what it finds.
    let name: FindingName
    /// Looks at a buildspec.
    let check: @Sendable (RuleContext) -> [Finding]

    /// A place and what is wrong there.
    struct Finding {
        /// The place.
        var range: SourceRange
        /// What is wrong and the remedy.
        var message: String
        /// What CodeBuild does with it.
        var codeBuild: String?
    }

    /// All rules.
    static let all: [LintRule] =
        foldingRules + quotingRules + shellRules + bashRules + secretRules

    /// Applies all rules.
    static func findings(
        in reading: ParsedText,
        env: EnvSection,
        usedAnchors: Set<String>
    ) -> [Diagnostic] {
        guard let root = reading.root else { return [] }
        let sites = CommandSite.all(in: root, reading.source)
        let context = RuleContext(
            source: reading.source,
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
