public import BuildspecModel
public import SystemPackage

/// The phases, variables and cache of a build, determined without running its commands.
public struct BuildPlan: Sendable, Equatable {
    /// A phase of the plan.
    public struct PlannedPhase: Sendable, Equatable {
        /// The phase's name.
        public var name: PhaseName
        /// The phase; an undeclared phase has no commands.
        public var phase: Phase
        /// Whether the request includes the phase.
        public var isSelected: Bool
    }

    /// A variable that the build sets, in addition to those of the host.
    public struct Variable: Sendable, Equatable {
        /// The source of a value.
        public enum Origin: String, Sendable, CaseIterable {
            /// `env/variables` of the buildspec.
            case buildspec
            /// An override at the start of the build.
            case start
            /// `env/parameter-store`.
            case parameterStore = "parameter-store"
            /// `env/secrets-manager`.
            case secretsManager = "secrets-manager"
        }

        /// The variable's name.
        public var name: String
        /// The source of the value.
        public var origin: Origin
        /// The value, or the reference to a parameter or secret, never its value.
        public var text: String
    }

    /// A path of the cache.
    public struct CachePath: Sendable, Equatable {
        /// The path as it is written.
        public var declared: String
        /// The path with its variables expanded; `nil` if one is not set, and the path is skipped.
        public var expanded: String?
        /// The reason why the path is skipped; `nil` if it is used.
        public var obstacle: String?
        /// The number of files, links and directories that match the path now.
        public var matchCount: Int
    }

    /// The evaluated `cache` section.
    public struct Cache: Sendable, Equatable {
        /// The section as it is written.
        public var section: CacheSection
        /// The paths of the section.
        public var paths: [CachePath]
        /// The key and the fallback keys as the shell expands them; `nil` if they were not evaluated.
        public var evaluatedKeys: [String]?
    }

    /// The project's name.
    public var project: String
    /// The source root.
    public var sourceDirectory: FilePath
    /// The interpreter of the commands.
    public var shell: FilePath
    /// All four phases, in the order in which they run.
    public var phases: [PlannedPhase]
    /// The variables of the build, sorted by name; each name has the origin that takes precedence.
    public var variables: [Variable]
    /// The cache; `nil` if the buildspec has none.
    public var cache: Cache?
    /// The warnings for the user, one line each.
    public var warnings: [String]
}
