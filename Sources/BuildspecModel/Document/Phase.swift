/// The four phases that run commands, in the order in which they run.
public enum PhaseName: String, Sendable, CaseIterable, Comparable {
    case install
    case preBuild = "pre_build"
    case build
    case postBuild = "post_build"

    /// The name in CodeBuild's logs and reports, such as `PRE_BUILD`.
    public var upperCased: String { rawValue.uppercased() }

    /// Orders phases as they run, which can differ from the order in the file.
    public static func < (left: PhaseName, right: PhaseName) -> Bool {
        left.order < right.order
    }

    private var order: Int { PhaseName.allCases.firstIndex(of: self) ?? 0 }
}

/// One phase: its commands, and the effect of a failure.
public struct Phase: Sendable, Equatable {
    /// The commands, which run in order until one fails; an empty item is an empty text.
    public var commands: [Located<String>]
    /// Commands that run after `commands`, whether or not one of those failed.
    public var finally: [Located<String>]
    /// The effect of a failure on the rest of the build; `nil` is CodeBuild's default.
    public var onFailure: OnFailure?
    /// The user for this phase's commands, which overrides the top-level `run-as`.
    public var runAs: Located<String>?
    /// The required runtimes in file order (`runtime-versions`, only in `install`).
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

/// One required runtime, such as `python: 3.12`.
public struct RuntimeVersion: Sendable, Equatable {
    /// The name of the runtime, such as `python`.
    public var name: String
    /// The version as written: `3.10`, `18.x`, `latest`, or `$VARIABLE`.
    public var version: Located<String>

    /// Creates a required runtime.
    public init(name: String, version: Located<String>) {
        self.name = name
        self.version = version
    }
}

/// The effect of a phase's failure (`on-failure`).
public enum OnFailure: Sendable, Equatable {
    /// End the build.
    case abort
    /// Continue with the next phase.
    case `continue`
    /// Run the phase again, at most `count` times, if the error message matches `pattern`.
    case retry(count: Int, pattern: String)
}
