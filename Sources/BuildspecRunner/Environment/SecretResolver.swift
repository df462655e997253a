internal import BuildspecModel

/// Reads the values that a buildspec refers to: `env/parameter-store` and `env/secrets-manager`.
///
/// It is asked once, before the first command, and only for names that were not given at the start
/// of the build. Where the values come from is not the runner's business.
///
/// Source: CodeBuild user guide, "Build specification reference": env.
public protocol SecretResolver: Sendable {
    /// Reads the values.
    ///
    /// - Parameters:
    ///   - parameters: names of variables and of the parameters that hold their values.
    ///   - secrets: names of variables and the references to their values.
    /// - Returns: the value of every name.
    /// - Throws: an error whose description names what could not be read and what to do.
    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String]
}

/// A variable whose value is kept elsewhere.
public struct ReferencedVariable: Sendable, Equatable {
    /// The variable's name.
    public var name: String
    /// What the buildspec says of its value: a parameter's name, or a secret's reference.
    public var reference: String

    /// Creates a reference.
    public init(name: String, reference: String) {
        self.name = name
        self.reference = reference
    }
}

extension BuildRequest {
    /// The values of all references, those given at the start of the build left out.
    ///
    /// - Throws: `SetupError` when they cannot all be read.
    func resolvedReferences() async throws -> [String: String] {
        let given = Set(overrides.map(\.name))
        let parameters = buildspec.env.parameterStore.filter { !given.contains($0.name) }
        let secrets = buildspec.env.secretsManager.filter { !given.contains($0.name) }
        guard let first = (parameters + secrets).first, let secretResolver else { return [:] }
        do {
            return try await secretResolver.resolve(
                parameters: parameters.map(ReferencedVariable.init),
                secrets: secrets.map(ReferencedVariable.init)
            )
        } catch {
            let names = (parameters + secrets).map { "'\($0.name)' from '\($0.value.value)'" }
            let message =
                "cannot read \(names.joined(separator: ", ")): \(error); or give the values with "
                + "'--env NAME=VALUE' or '--secrets-file'"
            let code: String? =
                switch (parameters.isEmpty, secrets.isEmpty) {
                case (false, true): SetupError.Problem.parameterCode
                case (true, false): SetupError.Problem.secretCode
                default: nil
                }
            throw SetupError([
                SetupError.Problem(message, at: first.value.range, statusCode: code)
            ])
        }
    }
}

extension SetupError.Problem {
    /// The status code of a parameter that cannot be read, as in published build logs.
    static let parameterCode = "Decrypted Variables Error"
    /// The status code of a secret that cannot be read, as in published build logs and
    /// aws-codebuild-docker-images#475.
    static let secretCode = "Secrets Manager Error"
}

extension ReferencedVariable {
    init(_ variable: EnvVariable) {
        self.init(name: variable.name, reference: variable.value.value)
    }
}
