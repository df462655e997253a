public import BuildspecModel
public import SystemPackage

/// A phase that was run or passed over.
public struct PhaseReport: Sendable, Equatable {
    /// Which phase.
    public var name: PhaseName
    /// How it ended.
    public var state: PhaseState
    /// How long it took.
    public var duration: Duration
    /// Its first failed command.
    public var failure: CommandFailure?
}

/// An artifact that was collected or could not be.
public struct ArtifactReport: Sendable, Equatable {
    /// The identifier of a secondary artifact; `nil` is the primary one.
    public var identifier: String?
    /// The evaluated `name`, if the buildspec gives one.
    public var name: String?
    /// Where its files are.
    public var directory: FilePath
    /// How many files.
    public var files: Int
    /// How many bytes.
    public var bytes: UInt64
    /// CodeBuild's message when it could not be collected.
    public var failure: String?
    /// The key of the buildspec that is at fault.
    public var range: SourceRange?
}

/// What became of the artifacts.
public enum ArtifactsOutcome: Sendable, Equatable {
    /// The buildspec declares none.
    case notDeclared
    /// No directory was given, so they were not looked at.
    case notAsked
    /// A failure, a stop or `--phase` kept them from being collected.
    case skipped
    /// They were collected, or one of them could not be.
    case collected([ArtifactReport], duration: Duration)

    /// The first artifact's failure.
    public var failure: String? {
        guard case .collected(let reports, _) = self else { return nil }
        return reports.lazy.compactMap(\.failure).first
    }
}

/// How a build ended and what it left.
public struct BuildResult: Sendable, Equatable {
    /// How it ended.
    public var state: BuildState
    /// The four phases in their order.
    public var phases: [PhaseReport]
    /// What the cache restored.
    public var restored: CacheRestoreOutcome
    /// What the cache saved.
    public var saved: CacheSaveOutcome
    /// The artifacts.
    public var artifacts: ArtifactsOutcome
    /// The variables that the build hands on, as they were after the last phase.
    public var exportedVariables: [ExportedVariable] = []
    /// How long it all took.
    public var duration: Duration
    /// Why the cache costs more time than it saves, in one line; `nil` when it does not, as far as known.
    public var cacheComplaint: String?
    /// The cache problem that failed the build, where the cache was to be taken strictly.
    public var cacheFailure: String?

    /// Whether the failure table lets the artifacts be collected.
    var collectsArtifacts = false

    /// The first command that failed.
    public var failure: CommandFailure? {
        phases.lazy.compactMap(\.failure).first
    }
}
