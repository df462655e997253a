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

/// One set of output files (`artifacts`, or one entry of `secondary-artifacts`).
public struct ArtifactSet: Sendable, Equatable {
    /// Globs relative to the base directory, in file order.
    public var files: [Located<String>]
    /// The name of the artifact, before shell expansion.
    public var name: Located<String>?
    /// Whether the files are stored by their base names, without directories (`discard-paths`).
    public var discardPaths: Bool
    /// The directory in which `files` start, which can be a glob; `nil` is the source root.
    public var baseDirectory: Located<String>?
    /// Globs of excluded files, relative to the base directory.
    public var excludePaths: [Located<String>]
    /// Whether symbolic links inside the tree stay links (`enable-symlinks`).
    public var enableSymlinks: Bool
    /// A prefix for the object name in S3, which has no effect on this machine.
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

/// The `artifacts` section: the primary set and the secondary sets by identifier.
public struct ArtifactsSection: Sendable, Equatable {
    /// One entry of `secondary-artifacts`.
    public struct Secondary: Sendable, Equatable {
        /// The artifact identifier.
        public var identifier: String
        /// The files of the artifact.
        public var set: ArtifactSet

        /// Creates a secondary artifact.
        public init(identifier: String, set: ArtifactSet) {
            self.identifier = identifier
            self.set = set
        }
    }

    /// The primary artifact.
    public var primary: ArtifactSet
    /// The secondary artifacts, in file order.
    public var secondary: [Secondary]

    /// Creates an `artifacts` section.
    public init(primary: ArtifactSet, secondary: [Secondary] = []) {
        self.primary = primary
        self.secondary = secondary
    }
}

/// The `cache` section: the paths and the key of a cache entry.
public struct CacheSection: Sendable, Equatable {
    /// The only part of caching that is done (`action`).
    public enum Action: String, Sendable, CaseIterable {
        case restore
        case save
    }

    /// Globs, relative to the source root or absolute, in file order.
    public var paths: [Located<String>]
    /// The text of the key, before `$NAME` and `$(command)` are evaluated.
    public var key: Located<String>?
    /// Prefixes that are tried in order if the key has no entry; at most five, ignored without a key.
    public var fallbackKeys: [Located<String>]
    /// The part of caching that is done; `nil` is both restore and save.
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
