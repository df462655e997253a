public import BuildspecModel

/// How a phase ended.
///
/// Source: CodeBuild user guide, "Build phase transitions"; `SKIPPED` is ours, CodeBuild leaves such
/// a phase out of its report.
public enum PhaseState: String, Sendable, Equatable {
    /// Every command exited with status 0, or there was none.
    case succeeded = "SUCCEEDED"
    /// A command exited with another status.
    case failed = "FAILED"
    /// An earlier failure, a stop or `--phase` kept it from running.
    case skipped = "SKIPPED"
    /// The build was stopped while it ran.
    case stopped = "STOPPED"
    /// The build's time was up while it ran.
    case timedOut = "TIMED_OUT"
}

/// How a build ended.
///
/// Source: CodeBuild API, `StatusType`.
public enum BuildState: String, Sendable, Equatable {
    /// Every phase succeeded.
    case succeeded = "SUCCEEDED"
    /// A phase failed, be it that `on-failure: CONTINUE` let the build go on.
    case failed = "FAILED"
    /// A signal stopped it.
    case stopped = "STOPPED"
    /// It took longer than its timeout.
    case timedOut = "TIMED_OUT"
}

/// Why a build ends before its phases do.
public enum StopReason: Sendable, Equatable {
    /// Somebody asked for it.
    case stopped
    /// The time was up.
    case timedOut
}

/// One command of a phase and the list that it stands in.
public struct PhaseCommand: Sendable, Equatable {
    /// The two lists of a phase.
    public enum List: String, Sendable, Equatable {
        case commands
        case finally
    }

    /// The phase.
    public var phase: PhaseName
    /// The list.
    public var list: List
    /// Its place in the list, 0 for the first.
    public var index: Int
    /// Its text as it stands in the buildspec.
    public var text: Located<String>
}

/// A command that failed and how.
public struct CommandFailure: Sendable, Equatable {
    /// The command.
    public var command: PhaseCommand
    /// Its exit status: 1 to 255; 128 and the signal's number when a signal ended the shell.
    public var status: Int32

    /// The message of CodeBuild's phase context (`COMMAND_EXECUTION_ERROR`), which is also what the
    /// pattern of `on-failure: RETRY` is matched against.
    public var message: String {
        "Error while executing command: \(command.text.value). Reason: exit status \(status)"
    }
}
