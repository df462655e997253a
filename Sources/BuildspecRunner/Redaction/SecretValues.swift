internal import BuildspecModel

/// The values that a build must not show, and the names by which people know them.
///
/// Source: CodeBuild guide, data-protection: values from Parameter Store and Secrets Manager and AWS
/// access key ids are hidden in logs. `--mask`, and the secret keys and tokens of this machine's
/// environment, which CodeBuild does not have there, are our addition.
struct SecretValues: Sendable {
    private var names: [String] = []
    private var values: [String] = []

    /// Variables whose value opens an account, and the length from which it is a real one: `test` is
    /// what stand-ins for AWS are given, and a word that a log needs.
    private static let credentials = [
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ]
    private static let credentialLength = 16

    /// What the user should know, one line each.
    private(set) var warnings: [String] = []

    /// The values that a request names, and those that it gives for parameters and secrets.
    ///
    /// - Parameters:
    ///   - request: what names them.
    ///   - environment: where the values of `maskNames` are.
    init(_ request: BuildRequest, environment: [String: String]) {
        for mask in request.masks { add(mask, named: "a mask") }
        let env = request.buildspec.env
        let referenced = Set((env.parameterStore + env.secretsManager).map(\.name))
        for override in request.overrides where referenced.contains(override.name) {
            add(override.value, named: "'\(override.name)'")
        }
        for name in SecretValues.credentials {
            guard let value = environment[name], value.utf8.count >= SecretValues.credentialLength
            else { continue }
            add(value, named: "'\(name)'")
        }
        add(variables: request.maskNames.filter { !referenced.contains($0) }, of: environment)
    }

    /// Adds a value.
    ///
    /// - Parameters:
    ///   - value: what must not be shown.
    ///   - name: how messages call it, such as `'TOKEN'`.
    mutating func add(_ value: String, named name: String) {
        names.append(name)
        values.append(value)
    }

    /// Adds the values of variables; a name without a value is a warning.
    ///
    /// - Parameters:
    ///   - variables: the names.
    ///   - environment: where their values are.
    mutating func add(variables: [String], of environment: [String: String]) {
        for name in variables {
            if let value = environment[name] {
                add(value, named: "'\(name)'")
            } else {
                warnings.append("'\(name)' is not set, so that nothing is masked for it")
            }
        }
    }

    /// What hides them, access key ids too, and the warnings of values that cannot be hidden.
    func redactor() -> (redactor: Redactor, warnings: [String]) {
        let redactor = Redactor(secrets: values.map { Array($0.utf8) })
        let short = redactor.ignored.map { index in
            "the value of \(names[index]) is not masked: it has fewer than "
                + "\(Redactor.minimumLength) bytes"
        }
        return (redactor, warnings + short)
    }
}

extension BuildRequest {
    /// Hides what this request names, in texts that are no events of its build.
    public var redactor: Redactor {
        var environment = BuildEnvironment(host: hostEnvironment)
        environment.add(declared: buildspec.env.variables)
        environment.add(overrides: overrides)
        return SecretValues(self, environment: environment.variables).redactor().redactor
    }
}
