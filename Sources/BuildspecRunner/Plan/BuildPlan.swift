public import BuildspecModel
public import SystemPackage

/// What a build would do, found out without running any of its commands.
public struct BuildPlan: Sendable, Equatable {
    /// One phase, in the order in which they run.
    public struct PlannedPhase: Sendable, Equatable {
        /// The phase's name.
        public var name: PhaseName
        /// What it would run; an undeclared phase has no commands.
        public var phase: Phase
        /// Whether it would run, or was left out by the request.
        public var isSelected: Bool
    }

    /// One variable that the build sets beside the host's own.
    public struct Variable: Sendable, Equatable {
        /// Where its value comes from.
        public enum Origin: String, Sendable, CaseIterable {
            /// `env/variables` of the buildspec.
            case buildspec
            /// Given at the start of the build.
            case start
            /// `env/parameter-store`.
            case parameterStore = "parameter-store"
            /// `env/secrets-manager`.
            case secretsManager = "secrets-manager"
        }

        /// The variable's name.
        public var name: String
        /// Where its value comes from.
        public var origin: Origin
        /// Its value; for a parameter or a secret the reference to it, never the value.
        public var text: String
    }

    /// One path of the cache.
    public struct CachePath: Sendable, Equatable {
        /// The path as declared.
        public var declared: String
        /// The path with variables put in; `nil` when one is not set, and the path is left out.
        public var expanded: String?
        /// Why the path is left out, as a sentence; `nil` when it is taken.
        public var obstacle: String?
        /// How many files, links and directories belong to it now.
        public var matchCount: Int
    }

    /// What the `cache` section comes to.
    public struct Cache: Sendable, Equatable {
        /// The section as declared.
        public var section: CacheSection
        /// Its paths.
        public var paths: [CachePath]
        /// The key and the fallback keys evaluated by the shell, if that was asked for.
        public var evaluatedKeys: [String]?
    }

    /// The project's name, which is the scope of the cache.
    public var project: String
    /// The source root.
    public var sourceDirectory: FilePath
    /// The interpreter of the commands.
    public var shell: FilePath
    /// All four phases.
    public var phases: [PlannedPhase]
    /// The variables of the build, by name; a name is there once, from the origin that beats.
    public var variables: [Variable]
    /// The cache, if the buildspec has one.
    public var cache: Cache?
    /// What the user should know, one line each.
    public var warnings: [String]
}
