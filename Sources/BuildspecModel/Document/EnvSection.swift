/// The `env` section: the shell, the variables and the sources of secret values.
public struct EnvSection: Sendable, Equatable {
    /// The shell that runs every command; `nil` is `/bin/sh`.
    public var shell: Located<String>?
    /// Plain variables in file order; a text is literal, and `$NAME` in the text is not expanded.
    public var variables: [EnvVariable]
    /// Variables whose value is an SSM parameter; the text is the name of the parameter.
    public var parameterStore: [EnvVariable]
    /// Variables whose value is a secret; the text is `id[:json-key[:stage[:version]]]`.
    public var secretsManager: [EnvVariable]
    /// The names of the exported variables (`exported-variables`).
    public var exportedVariables: [Located<String>]
    /// Whether git can use CodeBuild's credentials (`git-credential-helper`).
    public var gitCredentialHelper: Bool

    /// Creates an `env` section; an empty section means the same as a missing one.
    public init(
        shell: Located<String>? = nil,
        variables: [EnvVariable] = [],
        parameterStore: [EnvVariable] = [],
        secretsManager: [EnvVariable] = [],
        exportedVariables: [Located<String>] = [],
        gitCredentialHelper: Bool = false
    ) {
        self.shell = shell
        self.variables = variables
        self.parameterStore = parameterStore
        self.secretsManager = secretsManager
        self.exportedVariables = exportedVariables
        self.gitCredentialHelper = gitCredentialHelper
    }
}

/// A variable: its name and its text.
public struct EnvVariable: Sendable, Equatable {
    /// The name of the variable.
    public var name: String
    /// The value, or the reference to the value.
    public var value: Located<String>

    /// Creates a variable.
    public init(name: String, value: Located<String>) {
        self.name = name
        self.value = value
    }
}
