extension LintRule {
    /// Rules about what `/bin/sh` does not know.
    static let bashRules = [
        LintRule(name: .bashSyntax, check: bashSyntax),
        LintRule(name: .sourceCommand, check: sourceCommand),
    ]

    /// `[[`, `<<<`, arrays and the like, which dash does not know.
    private static func bashSyntax(_ context: RuleContext) -> [Finding] {
        guard !context.isBash, !context.isWindows else { return [] }
        let given = givenVariables(context)
        return context.sites.flatMap { site in
            Bashism.all(in: site.text, given: given).map { bashism in
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

    /// The variables that the file sets, whatever bash says of them.
    private static func givenVariables(_ context: RuleContext) -> Set<String> {
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
            case .differs(let words): " and \(words)"
            }
        let remedy = bashism.instead.map { "\($0), or " } ?? ""
        return
            "\(bashism.what) is bash, and commands run in /bin/sh, which is dash on Ubuntu images"
            + "\(effect); write \(remedy)'shell: bash' under 'env:'"
    }

    /// `source file`, which dash does not know.
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
