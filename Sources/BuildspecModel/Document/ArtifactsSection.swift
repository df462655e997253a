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
