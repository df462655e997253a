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
    /// - Throws: an error whose description names what could not be read and what to do;
    ///   `UnreadReferences` when it is known which they are.
    func resolve(
        parameters: [ReferencedVariable],
        secrets: [ReferencedVariable]
    ) async throws -> [String: String]
}

/// Some of the values that were asked for cannot be read.
public struct UnreadReferences: Error, CustomStringConvertible {
    /// The names of their variables.
    public var names: Set<String>
    /// Why, and what to do; several reasons are several lines.
    public var description: String

    /// Creates an error.
    public init(names: Set<String>, _ description: String) {
        self.names = names
        self.description = description
    }
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
    /// - Throws: `SetupError` when they cannot all be read, `CancellationError` when the task was
    ///   cancelled meanwhile.
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
            let cut = Set(values.filter { $0.value.utf8.contains(0) }.keys)
            guard cut.isEmpty else {
                let reason = "it holds a NUL character, which no variable can"
                throw UnreadReferences(names: cut, reason)
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
    /// Says that values cannot be read; its place is that of the first.
    fileprivate init(parameters: [EnvVariable], secrets: [EnvVariable], reason: String) {
        let unread = parameters + secrets
        let names = unread.map { "'\($0.name)' from '\($0.value.value)'" }
        let link = reason.contains("\n") ? "\n  or" : "; or"
        let values = unread.count == 1 ? "the value" : "the values"
        let message =
            "cannot read \(names.joined(separator: ", ")): \(reason)\(link) give \(values) with "
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
