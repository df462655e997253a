internal import BuildspecModel

/// The values that a build must mask, with the names that messages use for them.
///
/// Source: CodeBuild guide, data-protection: values from Parameter Store and Secrets Manager and AWS
/// access key ids are hidden in logs. `--mask` is an addition of buildspec, and so are the secret keys
/// and tokens of this machine's environment, which CodeBuild does not have there.
struct SecretValues: Sendable {
    private var values: [(name: String, text: String)] = []

    private static let credentials = [
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ]
    /// The length from which a value is a real credential: stand-ins for AWS often get the value `test`,
    /// which must stay readable in a log.
    private static let credentialLength = 16

    /// The warnings for the user, one line each.
    private(set) var warnings: [String] = []

    /// Collects the values of the masks, parameters, secrets and credentials of a build; `environment` has
    /// the credentials and the values of `maskNames`.
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

    /// Adds a value to mask, with its name for messages, such as `'TOKEN'`.
    mutating func add(_ value: String, named name: String) {
        values.append((name, value))
    }

    /// Adds the values of variables, with a warning for a variable that is not set.
    mutating func add(variables: [String], of environment: [String: String]) {
        for name in variables {
            if let value = environment[name] {
                add(value, named: "'\(name)'")
            } else {
                warnings.append("'\(name)' is not set, so nothing is masked for it")
            }
        }
    }

    /// Creates a redactor for the values and access key ids, and warnings for values that are too
    /// short to be masked.
    func redactor() -> (redactor: Redactor, warnings: [String]) {
        let redactor = Redactor(secrets: values.map { Array($0.text.utf8) })
        let short = redactor.ignored.map { index in
            "the value of \(values[index].name) is not masked: it has fewer than "
                + "\(Redactor.minimumLength) bytes"
        }
        return (redactor, warnings + short)
    }
}

extension BuildRequest {
    /// A redactor for the secrets of this request, for texts that are not events of its build.
    public var redactor: Redactor {
        var environment = BuildEnvironment(host: hostEnvironment)
        environment.add(declared: buildspec.env.variables)
        environment.add(overrides: overrides)
        return SecretValues(self, environment: environment.variables).redactor().redactor
    }
}
