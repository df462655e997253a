extension LintRule {
    /// Rules about secrets.
    static let secretRules = [
        LintRule(name: .secretEcho, check: secretEcho),
        LintRule(name: .plaintextSecret, check: plaintextSecret),
    ]

    /// Finds a command that writes a secret into the log.
    private static func secretEcho(_ context: RuleContext) -> [Finding] {
        let secrets = context.env.secretsManager + context.env.parameterStore
        let names = Set(secrets.map(\.name))
        guard !names.isEmpty else { return [] }
        return context.commands.compactMap { site, scan in
            for command in scan.commands {
                guard let name = echoed(command, names) else { continue }
                return Finding(
                    range: site.range(ofTextLine: command.line),
                    message:
                        "this writes the secret '\(name.clipped)' into the log; remove it, or pipe"
                        + " it to the command that needs it",
                    codeBuild: "hides the exact value only, not a part or an encoding of it"
                )
            }
            return nil
        }
    }

    private static func echoed(_ command: ShellScan.SimpleCommand, _ names: Set<String>) -> String?
    {
        guard command.words.first == "echo" || command.words.first == "printf",
            command.terminator != "|", !command.isRedirected
        else { return nil }
        return names.sorted().first { name in
            command.words.contains { $0.expands(name) }
        }
    }

    /// Finds an AWS access key in a plain variable.
    private static func plaintextSecret(_ context: RuleContext) -> [Finding] {
        context.env.variables.compactMap { variable in
            let value = variable.value.value
            let isSecretName =
                variable.name == "AWS_SECRET_ACCESS_KEY" || variable.name == "AWS_SESSION_TOKEN"
            let isKey = value.count == 20 && (value.hasPrefix("AKIA") || value.hasPrefix("ASIA"))
            guard isKey || isSecretName && value.count >= 16 && value.expansionSign == nil
            else { return nil }
            return Finding(
                range: variable.value.range,
                message:
                    "'\(variable.name.clipped)' holds a credential in plain text; give the build's"
                    + " role the permission, or use 'secrets-manager'",
                codeBuild: "shows it to everybody who can see the project"
            )
        }
    }
}

extension String {
    /// Returns whether a shell inserts the value of a variable, outside of single quotes.
    fileprivate func expands(_ name: String) -> Bool {
        guard !hasPrefix("'") else { return false }
        return ranges(of: "$" + name).contains { range in
            guard range.upperBound < endIndex else { return true }
            let next = self[range.upperBound]
            return !(next == "_" || next.isASCII && (next.isLetter || next.isNumber))
        } || contains("${\(name)}")
    }
}
