internal import BuildspecModel

/// A source of the values to which a buildspec refers: `env/parameter-store` and
/// `env/secrets-manager`.
///
/// It is called once, before the first command, and only for names without a value from the start of
/// the build.
///
/// Source: CodeBuild user guide, "Build specification reference": env.
public protocol SecretResolver: Sendable {
    /// Reads the values of parameters and secrets.
    ///
    /// - Parameters:
    ///   - parameters: The names of variables, and of the parameters with their values.
    ///   - secrets: The names of variables, and the references to their values.
    /// - Returns: The value of every name.
    /// - Throws: An error whose description has the reason and the remedy. Throw `UnreadReferences` to
    ///   name the variables that could not be read.
    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String]
}

/// An error about references whose values cannot be read.
public struct UnreadReferences: Error, CustomStringConvertible {
    /// The names of the variables.
    public var names: Set<String>
    /// The reason and the remedy; several reasons have one line each.
    public var description: String

    /// Creates an error.
    public init(names: Set<String>, _ description: String) {
        self.names = names
        self.description = description
    }
}

/// A variable whose value is a parameter or a secret.
public struct ReferencedVariable: Sendable, Equatable {
    /// The variable's name.
    public var name: String
    /// The name of the parameter, or the reference to the secret, as the buildspec has it.
    public var reference: String

    /// Creates a reference.
    public init(name: String, reference: String) {
        self.name = name
        self.reference = reference
    }
}

extension BuildRequest {
    /// Reads the values of all references that have no value from the start of the build.
    ///
    /// - Throws: `SetupError`, or `CancellationError` if the task was cancelled.
    func resolvedReferences() async throws -> [String: String] {
        let given = Set(overrides.map(\.name))
        let parameters = buildspec.env.parameterStore.filter { !given.contains($0.name) }
        let secrets = buildspec.env.secretsManager.filter { !given.contains($0.name) }
        guard !(parameters + secrets).isEmpty, let secretResolver else { return [:] }
        do {
            let values = try await secretResolver.resolve(
                parameters: parameters.map(ReferencedVariable.init),
                secrets: secrets.map(ReferencedVariable.init)
            )
            let invalid = Set(values.filter { $0.value.utf8.contains(0) }.keys)
            guard invalid.isEmpty else {
                let reason = "it holds a NUL character, which no variable can"
                throw UnreadReferences(names: invalid, reason)
            }
            return values
        } catch _ where Task.isCancelled {
            throw CancellationError()
        } catch let error as UnreadReferences {
            throw SetupError(
                parameters: parameters.filter { error.names.contains($0.name) },
                secrets: secrets.filter { error.names.contains($0.name) },
                reason: error.description
            )
        } catch {
            throw SetupError(parameters: parameters, secrets: secrets, reason: "\(error)")
        }
    }
}

extension SetupError {
    /// Creates an error about values that cannot be read, at the location of the first one.
    fileprivate init(parameters: [EnvVariable], secrets: [EnvVariable], reason: String) {
        let unread = parameters + secrets
        let names = unread.map { "'\($0.name)' from '\($0.value.value)'" }
        let conjunction = reason.contains("\n") ? "\n  or" : "; or"
        let values = unread.count == 1 ? "the value" : "the values"
        let message =
            "cannot read \(names.joined(separator: ", ")): \(reason)\(conjunction) give \(values) with "
            + "'--env NAME=VALUE' or '--secrets-file'"
        let code: String? =
            switch (parameters.isEmpty, secrets.isEmpty) {
            case (false, true): Problem.parameterCode
            case (true, false): Problem.secretCode
            default: nil
            }
        self.init([Problem(message, at: unread.first?.value.range, statusCode: code)])
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
