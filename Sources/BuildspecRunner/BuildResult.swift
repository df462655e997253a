public import BuildspecModel

/// The result of a phase that ran or was skipped.
public struct PhaseReport: Sendable, Equatable {
    /// The phase.
    public var name: PhaseName
    /// The state in which the phase ended.
    public var state: PhaseState
    /// The time that the phase took.
    public var duration: Duration
    /// The phase's first failed command.
    public var failure: CommandFailure?
}

/// The result of collecting one artifact.
public struct ArtifactReport: Sendable, Equatable {
    /// The identifier of a secondary artifact; `nil` is the primary one.
    public var identifier: String?
    /// The evaluated `name`, if the buildspec gives one.
    public var name: String?
    /// The directory, the file or the address that has the artifact; empty if it has no valid name.
    public var location = ""
    /// The number of files.
    public var files = 0
    /// The number of bytes: of the archive, or of all files.
    public var bytes: UInt64 = 0
    /// The checksums of an archive.
    public var checksums: ArtifactChecksums?
    /// CodeBuild's message if the artifact could not be collected.
    public var failure: String?
    /// The location of the key that caused the failure.
    public var range: SourceRange?
}

/// The checksums of an archive, in hexadecimal.
///
/// Source: CodeBuild API, BuildArtifacts.
public struct ArtifactChecksums: Sendable, Equatable {
    /// The SHA-256 of the archive.
    public var sha256: String
    /// The MD5 of the archive.
    public var md5: String
}

/// The result of collecting all artifacts.
public enum ArtifactsOutcome: Sendable, Equatable {
    /// The buildspec file declares no artifacts.
    case notDeclared
    /// The request names no directory to collect artifacts into.
    case notAsked
    /// A failure, a stop or `--phase` prevented the collection.
    case skipped
    /// The artifacts were collected, each with or without a failure.
    case collected([ArtifactReport], duration: Duration)

    /// The message of the first artifact that could not be collected.
    public var failure: String? {
        guard case .collected(let reports, _) = self else { return nil }
        return reports.lazy.compactMap(\.failure).first
    }
}

/// The result of a build.
public struct BuildResult: Sendable, Equatable {
    /// The state in which the build ended.
    public var state: BuildState
    /// The four phases, in order.
    public var phases: [PhaseReport]
    /// The result of restoring the cache.
    public var restored: CacheRestoreOutcome
    /// The result of saving the cache.
    public var saved: CacheSaveOutcome
    /// The result of collecting the artifacts.
    public var artifacts: ArtifactsOutcome
    /// The result of reading the reports.
    public var reports = ReportsOutcome.skipped
    /// Why the reports break rules of the request, one clause for each rule.
    public var brokenRules: [String] = []
    /// The exported variables, with their values after the last phase.
    public var exportedVariables: [ExportedVariable] = []
    /// The time that the build took.
    public var duration: Duration
    /// Why the cache costs more time than it saves, in one line; `nil` if that is not known.
    public var cacheWarning: String?
    /// The problem of the cache that failed the build; only a build with `strictCache` has one.
    public var cacheFailure: String?

    /// Why CodeBuild's phase UPLOAD_ARTIFACTS failed.
    public var uploadFailure: String? { artifacts.failure ?? reports.failure }

    /// Whether CodeBuild's rules for failed phases allow the artifacts to be collected.
    var collectsArtifacts = false

    /// The first command that failed in any phase.
    public var failure: CommandFailure? {
        phases.lazy.compactMap(\.failure).first
    }
}
