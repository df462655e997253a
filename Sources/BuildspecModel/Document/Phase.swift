/// The four phases that run commands, in the order in which they run.
public enum PhaseName: String, Sendable, CaseIterable, Comparable {
    case install
    case preBuild = "pre_build"
    case build
    case postBuild = "post_build"

    /// The name that CodeBuild prints in logs and reports: `PRE_BUILD`.
    public var upperCased: String { rawValue.uppercased() }

    /// Orders phases as they run, which is not always as they stand in the file.
    public static func < (left: PhaseName, right: PhaseName) -> Bool {
        left.order < right.order
    }

    private var order: Int { PhaseName.allCases.firstIndex(of: self) ?? 0 }
}

/// One phase: its commands, what comes after them, and what its failure means.
public struct Phase: Sendable, Equatable {
    /// The commands, run in order until one fails; an empty item is an empty text.
    public var commands: [Located<String>]
    /// Commands that run after `commands`, whether or not one of those failed.
    public var finally: [Located<String>]
    /// What a failure means for the rest of the build; `nil` is CodeBuild's default table.
    public var onFailure: OnFailure?
    /// The user for this phase's commands; beats the top-level `run-as`.
    public var runAs: Located<String>?
    /// Runtime name and version text, in file order (`runtime-versions`, install only).
    public var runtimeVersions: [RuntimeVersion]

    /// Creates a phase.
    public init(
        commands: [Located<String>] = [],
        finally: [Located<String>] = [],
        onFailure: OnFailure? = nil,
        runAs: Located<String>? = nil,
        runtimeVersions: [RuntimeVersion] = []
    ) {
        self.commands = commands
        self.finally = finally
        self.onFailure = onFailure
        self.runAs = runAs
        self.runtimeVersions = runtimeVersions
    }
}

/// One wanted runtime, such as `python: 3.12`.
public struct RuntimeVersion: Sendable, Equatable {
    /// The runtime, such as `python`.
    public var name: String
    /// The version as written: `3.10`, `18.x`, `latest`, or `$VARIABLE`.
    public var version: Located<String>

    /// Creates a wanted runtime.
    public init(name: String, version: Located<String>) {
        self.name = name
        self.version = version
    }
}

/// What a phase's failure means (`on-failure`).
public enum OnFailure: Sendable, Equatable {
    /// Go no further.
    case abort
    /// Go on with the next phase.
    case `continue`
    /// Try again, at most `count` times, when the error message matches `pattern`.
    case retry(count: Int, pattern: String)
}
