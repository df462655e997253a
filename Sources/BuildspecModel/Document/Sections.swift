/// The `env` section: shell, variables and where secret values come from.
public struct EnvSection: Sendable, Equatable {
    /// The shell that runs every command; `nil` is `/bin/sh`.
    public var shell: Located<String>?
    /// Plain variables in file order; the text is literal, `$NAME` in it is not expanded.
    public var variables: [EnvVariable]
    /// Variables whose value is an SSM parameter; the text is the parameter's name.
    public var parameterStore: [EnvVariable]
    /// Variables whose value is a secret; the text is `id[:json-key[:stage[:version]]]`.
    public var secretsManager: [EnvVariable]
    /// Names whose values the build hands on (`exported-variables`).
    public var exportedVariables: [Located<String>]
    /// Whether git may use CodeBuild's credentials (`git-credential-helper`).
    public var gitCredentialHelper: Bool

    /// Creates an `env` section; the empty one stands for an absent one.
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

/// A variable's name and its text.
public struct EnvVariable: Sendable, Equatable {
    /// The variable's name.
    public var name: String
    /// Its value, or the reference to its value.
    public var value: Located<String>

    /// Creates a variable.
    public init(name: String, value: Located<String>) {
        self.name = name
        self.value = value
    }
}

/// One set of output files (`artifacts`, or one entry of `secondary-artifacts`).
public struct ArtifactSet: Sendable, Equatable {
    /// Globs relative to the base directory, in file order.
    public var files: [Located<String>]
    /// The artifact's name, with shell expansions not yet made.
    public var name: Located<String>?
    /// Whether the files land flat, by base name (`discard-paths`).
    public var discardPaths: Bool
    /// Where `files` start, perhaps a glob; `nil` is the source root.
    public var baseDirectory: Located<String>?
    /// Globs, relative to the base directory, of files left out.
    public var excludePaths: [Located<String>]
    /// Whether symbolic links inside the tree stay links.
    public var enableSymlinks: Bool
    /// A prefix for the object name in S3; without effect on this machine.
    public var s3Prefix: Located<String>?

    /// Creates a set of output files.
    public init(
        files: [Located<String>],
        name: Located<String>? = nil,
        discardPaths: Bool = false,
        baseDirectory: Located<String>? = nil,
        excludePaths: [Located<String>] = [],
        enableSymlinks: Bool = false,
        s3Prefix: Located<String>? = nil
    ) {
        self.files = files
        self.name = name
        self.discardPaths = discardPaths
        self.baseDirectory = baseDirectory
        self.excludePaths = excludePaths
        self.enableSymlinks = enableSymlinks
        self.s3Prefix = s3Prefix
    }
}

/// The `artifacts` section: the primary set and the secondary ones by identifier.
public struct ArtifactsSection: Sendable, Equatable {
    /// One entry of `secondary-artifacts`.
    public struct Secondary: Sendable, Equatable {
        /// The artifact identifier.
        public var identifier: String
        /// Its files.
        public var set: ArtifactSet

        /// Creates a secondary artifact.
        public init(identifier: String, set: ArtifactSet) {
            self.identifier = identifier
            self.set = set
        }
    }

    /// The primary output.
    public var primary: ArtifactSet
    /// Further outputs, in file order.
    public var secondary: [Secondary]

    /// Creates an `artifacts` section.
    public init(primary: ArtifactSet, secondary: [Secondary] = []) {
        self.primary = primary
        self.secondary = secondary
    }
}

/// The `cache` section: what is kept between builds and under which key.
public struct CacheSection: Sendable, Equatable {
    /// Which half of caching is wanted (`action`).
    public enum Action: String, Sendable, CaseIterable {
        case restore
        case save
    }

    /// Globs, relative to the source root or absolute, in file order.
    public var paths: [Located<String>]
    /// The key's text, with `$NAME` and `$(command)` not yet evaluated.
    public var key: Located<String>?
    /// Prefixes tried in order when the key has no entry; at most five, ignored without a key.
    public var fallbackKeys: [Located<String>]
    /// `nil`: both restore and save.
    public var action: Action?

    /// Creates a `cache` section.
    public init(
        paths: [Located<String>],
        key: Located<String>? = nil,
        fallbackKeys: [Located<String>] = [],
        action: Action? = nil
    ) {
        self.paths = paths
        self.key = key
        self.fallbackKeys = fallbackKeys
        self.action = action
    }
}
