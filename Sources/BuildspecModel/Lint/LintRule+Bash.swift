extension LintRule {
    /// Rules about bash syntax that `/bin/sh` does not support.
    static let bashRules = [
        LintRule(name: .bashSyntax, check: bashSyntax),
        LintRule(name: .sourceCommand, check: sourceCommand),
    ]

    /// Finds `[[`, `<<<`, arrays and other syntax that dash does not support.
    private static func bashSyntax(_ context: RuleContext) -> [Finding] {
        guard !context.isBash, !context.isWindows else { return [] }
        let variables = declaredVariables(context)
        return context.sites.flatMap { site in
            Bashism.all(in: site.text, variables: variables).map { bashism in
                Finding(
                    range: site.range(ofPart: bashism.range),
                    message: message(of: bashism),
                    codeBuild: bashism.effect == .fails
                        ? "fails on Ubuntu images, works on Amazon Linux"
                        : "does something else on Ubuntu images than on Amazon Linux"
                )
            }
        }
    }

    /// Returns the variables that the file sets, which can have the name of one of bash's variables.
    private static func declaredVariables(_ context: RuleContext) -> Set<String> {
        let env = context.env
        return context.sites.reduce(
            into: Set((env.variables + env.parameterStore + env.secretsManager).map(\.name))
        ) { names, site in
            names.formUnion(ShellNames(ShellReader.features(of: site.text)).variables)
        }
    }

    private static func message(of bashism: Bashism) -> String {
        let effect =
            switch bashism.effect {
            case .fails: ""
            case .differs(let behaviour): " and \(behaviour)"
            }
        let remedy = bashism.replacement.map { "\($0), or " } ?? ""
        return
            "\(bashism.construct) is bash, and commands run in /bin/sh, which is dash on Ubuntu images"
            + "\(effect); write \(remedy)'shell: bash' under 'env:'"
    }

    /// Finds `source file`, which dash does not support.
    private static func sourceCommand(_ context: RuleContext) -> [Finding] {
        guard !context.isBash, !context.isWindows else { return [] }
        return context.sites.compactMap { site in
            let features = ShellReader.features(of: site.text)
            guard !ShellNames(features).functions.contains("source") else { return nil }
            let word = features.lazy.compactMap { feature -> ShellWord? in
                guard case .command(let words) = feature.kind else { return nil }
                let name = words.drop { $0.text == "command" }.first
                return name?.text == "source" ? name : nil
            }.first
            guard let word else { return nil }
            return Finding(
                range: site.range(ofPart: word.range),
                message:
                    "'source' is bash, and commands run in /bin/sh, which is dash on Ubuntu images;"
                    + " write '.' for it, or 'shell: bash' under 'env:'",
                codeBuild: "fails with exit status 127 on Ubuntu images, works on Amazon Linux"
            )
        }
    }
}
