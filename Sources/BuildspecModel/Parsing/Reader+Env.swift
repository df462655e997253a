extension Reader {
    /// Reads `env`, and `environment_variables`, which is the name in version 0.1.
    ///
    /// Source: CodeBuild guide, build-spec-ref: env, and its table of versions.
    mutating func readEnv(_ top: Mapping) -> EnvSection {
        var section = EnvSection()
        if let pair = top.pair("environment_variables") { readOldEnv(pair, into: &section) }
        guard let pair = top.pair("env") else { return section }
        reportNull(pair, "env")
        if version == .v01 {
            report(
                .oldSyntax,
                "version 0.1 names this section 'environment_variables'; write 'version: 0.2'",
                at: pair.keyRange,
                codeBuild: "not known; it may ignore the section"
            )
        }
        guard let env = mapping(pair.value, "env") else { return section }
        checkEnvKeys(env)
        section.shell = choice(env["shell"], KeyTable.envShape.row("shell"), "env.shell")
        section.variables += variables(env.pair("variables"), "env.variables", arePlain: true)
        section.parameterStore += variables(env.pair("parameter-store"), "env.parameter-store")
        section.secretsManager = variables(env.pair("secrets-manager"), "env.secrets-manager")
        for secret in section.secretsManager { checkSecret(secret) }
        section.exportedVariables = texts(env["exported-variables"], "env.exported-variables")
        for name in section.exportedVariables { checkExported(name) }
        let helper = "git-credential-helper"
        section.gitCredentialHelper = flag(env[helper], "env.\(helper)")
        return section
    }

    private mutating func readOldEnv(_ pair: Mapping.Pair, into section: inout EnvSection) {
        if version == .v02 {
            report(
                .oldSyntax,
                "'environment_variables' is the name in version 0.1; write 'env' with 'variables'",
                at: pair.keyRange,
                codeBuild: "seems to honour it in version 0.2, which is not documented"
            )
        }
        let name = "environment_variables"
        guard let old = mapping(pair.value, name, KeyTable.oldEnvShape) else { return }
        section.variables += variables(old.pair("plaintext"), "\(name).plaintext", arePlain: true)
        section.parameterStore += variables(old.pair("parameter-store"), "\(name).parameter-store")
    }

    /// Checks the keys of `env`, and reports variables that are not indented under `variables`.
    private mutating func checkEnvKeys(_ env: Mapping) {
        let isVariablesEmpty = env["variables"]?.isNull ?? true
        for pair in env.pairs where KeyTable.envShape.row(pair.name) == nil {
            let looksLikeVariable =
                pair.value.scalar != nil && pair.name.isVariableName
                && pair.name == pair.name.uppercased()
            guard looksLikeVariable || isVariablesEmpty && env["variables"] != nil else {
                reportUnknown(pair, KeyTable.envShape, in: "env")
                continue
            }
            report(
                .misplacedKey,
                "'\(pair.name.clipped)' is directly in 'env'; indent it under 'variables:'",
                at: pair.keyRange,
                codeBuild: "ignores it, so that the variable is not set"
            )
        }
    }

    /// Reads a mapping from variable names to texts.
    mutating func variables(
        _ pair: Mapping.Pair?,
        _ keyPath: String,
        arePlain: Bool = false
    ) -> [EnvVariable] {
        guard let pair, let names = mapping(pair.value, keyPath) else { return [] }
        return names.pairs.compactMap { variable($0, keyPath, isPlain: arePlain) }
    }

    private mutating func variable(
        _ pair: Mapping.Pair,
        _ keyPath: String,
        isPlain: Bool
    ) -> EnvVariable? {
        guard let scalar = pair.value.scalar else {
            report(
                .wrongType,
                "the value of '\(pair.name.clipped)' in '\(keyPath)' must be text, not \(pair.value.kind)",
                at: pair.value.range
            )
            return nil
        }
        guard checkName(pair) else { return nil }
        if scalar.isNull {
            report(
                .nullVariable,
                isPlain
                    ? "'\(pair.name.clipped)' has no value and becomes an empty text; write \"\" to say so"
                    : "'\(pair.name.clipped)' in '\(keyPath)' names nothing to fetch",
                at: pair.keyRange,
                severity: isPlain ? .warning : .error
            )
            guard isPlain else { return nil }
        } else if isPlain {
            checkLiteral(pair, scalar)
        }
        let value = scalar.isNull ? "" : scalar.text
        return EnvVariable(name: pair.name, value: Located(value, at: pair.value.range))
    }

    /// Checks the name of a variable; returns `false` if CodeBuild would ignore the variable.
    private mutating func checkName(_ pair: Mapping.Pair) -> Bool {
        if !pair.name.isVariableName {
            report(
                .variableName,
                "no shell can use a variable named '\(pair.name.clipped)'; use letters, digits and '_'",
                at: pair.keyRange
            )
        }
        let settable = ["CODEBUILD_CONFIG_AUTO_DISCOVER", "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR"]
        guard pair.name.hasPrefix("CODEBUILD_"), !settable.contains(pair.name) else { return true }
        report(
            .reservedVariable,
            "names that begin with CODEBUILD_ are reserved; '\(pair.name.clipped)' is ignored",
            at: pair.keyRange,
            codeBuild: "sets its own value, without an error"
        )
        return false
    }

    /// Warns about a value with a variable or command in it, which CodeBuild does not replace.
    private mutating func checkLiteral(_ pair: Mapping.Pair, _ scalar: Scalar) {
        let range = pair.value.range
        if pair.name == "PATH" {
            report(
                .pathDestroyed,
                scalar.text.contains("$")
                    ? "'$PATH' is not replaced here: this destroys PATH and no command is found any"
                        + " more; write 'export PATH=\"…\"' as the first command"
                    : "this replaces the image's PATH; to add to it write 'export PATH=\"$PATH:…\"'"
                        + " as the first command",
                at: range,
                codeBuild: "replaces PATH by the literal text"
            )
        } else if let sign = scalar.text.expansionSign {
            report(
                .literalVariable,
                "'\(sign.clipped)' is not replaced here, the value is this very text; set it with"
                    + " a command: 'export \(pair.name.clipped)=…'",
                at: range,
                codeBuild: "passes the text unchanged"
            )
        }
    }

    private mutating func checkExported(_ name: Located<String>) {
        if name.value.hasPrefix("AWS_") {
            report(
                .reservedVariable,
                "'\(name.value.clipped)' cannot be exported; names that begin with AWS_ are reserved",
                at: name.range
            )
        } else if !name.value.isVariableName {
            report(
                .variableName,
                "'\(name.value.clipped)' is not a variable's name; list names only, without '$' or '='",
                at: name.range
            )
        }
    }

    /// Checks `id[:json-key[:stage[:version]]]`; source: CodeBuild guide, env/secrets-manager.
    private mutating func checkSecret(_ variable: EnvVariable) {
        let fields = variable.value.value.split(separator: ":", omittingEmptySubsequences: false)
        let idFields = variable.value.value.hasPrefix("arn:") ? 7 : 1
        let rest = fields.dropFirst(idFields)
        let hasStageAndVersion = rest.dropFirst().prefix(2).filter { !$0.isEmpty }.count == 2
        guard rest.count > 3 || hasStageAndVersion || fields.count < idFields || fields[0].isEmpty
        else { return }
        report(
            .secretReference,
            hasStageAndVersion
                ? "a secret has a version stage or a version id, not both"
                : "'\(variable.value.value.clipped)' is not"
                    + " 'secret-id[:json-key[:version-stage[:version-id]]]'",
            at: variable.value.range
        )
    }
}

extension String {
    /// Whether the text is a variable's name in a shell.
    var isVariableName: Bool {
        unicodeScalars.first?.isNameStart ?? false && unicodeScalars.allSatisfy(\.isNamePart)
    }

    /// The first `$NAME`, `${…}`, `${{…}}` or `$(…)`, which a shell or another system would replace.
    var expansionSign: String? {
        var rest = self[...]
        while let dollar = rest.firstIndex(of: "$") {
            let tail = rest[dollar...]
            rest = rest[rest.index(after: dollar)...]
            guard let next = rest.first else { return nil }
            if next == "{" || next == "(" {
                let close: Character = next == "{" ? "}" : ")"
                return String(tail.prefix(through: tail.firstIndex(of: close) ?? tail.startIndex))
            }
            if next == "_" || next.isLetter && next.isASCII {
                return "$" + rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
        }
        return nil
    }
}
