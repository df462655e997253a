extension LintRule {
    /// Rules about effects that do not outlive an item, because each item runs in a separate shell.
    static let shellRules = [
        LintRule(name: .shellOption, check: shellOption),
        LintRule(name: .exitItem, check: exitItem),
        LintRule(name: .functionLost, check: functionLost),
    ]

    /// Finds `set -e` as a separate item, where it applies only to that item.
    private static func shellOption(_ context: RuleContext) -> [Finding] {
        context.commands.compactMap { site, scan in
            guard !scan.commands.isEmpty, scan.commands.allSatisfy(setsOption) else { return nil }
            return Finding(
                range: site.range,
                message:
                    "'\(site.displayText)' holds only in this item, each command has a shell of"
                    + " its own; put it into the items that need it, in a '- |' block",
                codeBuild: "runs the next items without it"
            )
        }
    }

    private static func setsOption(_ command: ShellScan.SimpleCommand) -> Bool {
        guard let name = command.words.first, let option = command.words.dropFirst().first
        else { return false }
        return name == "shopt"
            || name == "set" && (option.hasPrefix("-") || option.hasPrefix("+"))
                && option != "--"
    }

    /// Finds `exit` as a separate item, after which the list continues.
    private static func exitItem(_ context: RuleContext) -> [Finding] {
        context.commands.compactMap { site, scan in
            guard !site.isLast, scan.commands.count == 1,
                scan.commands[0].words == ["exit", "0"] || scan.commands[0].words == ["exit"]
            else { return nil }
            return Finding(
                range: site.range,
                message:
                    "'\(site.displayText)' ends only this item; the next item runs all the same",
                codeBuild: "goes on with the next item"
            )
        }
    }

    /// Finds a call of a function from an earlier item, because functions do not outlive their item.
    private static func functionLost(_ context: RuleContext) -> [Finding] {
        var definitions: [String: Int] = [:]
        return context.commands.compactMap { site, scan in
            let defined = Set(scan.commands.compactMap(definedName))
            defer { for name in defined { definitions[name] = site.range.start.line } }
            let call = scan.commands.first { command in
                guard let name = command.words.first else { return false }
                return definitions[name] != nil && !defined.contains(name)
            }
            guard let call, let name = call.words.first, let line = definitions[name]
            else { return nil }
            return Finding(
                range: site.range(ofTextLine: call.line),
                message:
                    "'\(name.clipped)' was defined on line \(line), in another item; functions and"
                    + " aliases do not outlive their item, define and call it in one '- |' block",
                codeBuild: "the command fails with exit status 127"
            )
        }
    }

    /// Returns the name in `name() {`, `function name` or `alias name=…`.
    private static func definedName(_ command: ShellScan.SimpleCommand) -> String? {
        guard let first = command.words.first else { return nil }
        if first.hasSuffix("()"), first.count > 2 { return String(first.dropLast(2)) }
        guard let second = command.words.dropFirst().first else { return nil }
        if first == "function" {
            return second.hasSuffix("()") ? String(second.dropLast(2)) : second
        }
        guard first == "alias", let sign = second.firstIndex(of: "=") else { return nil }
        return String(second[..<sign])
    }
}
