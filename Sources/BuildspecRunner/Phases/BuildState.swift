/// The result of a build.
///
/// Source: CodeBuild API, `StatusType`.
public enum BuildState: String, Sendable, Equatable {
    /// Every phase succeeded.
    case succeeded = "SUCCEEDED"
    /// A phase failed, even if the build continued because of `on-failure: CONTINUE`.
    case failed = "FAILED"
    /// A signal stopped the build.
    case stopped = "STOPPED"
    /// The build took longer than its timeout.
    case timedOut = "TIMED_OUT"
}

/// The reason why a build ends before its phases do.
public enum StopReason: Sendable, Equatable {
    /// The user or a program stopped the build.
    case stopped
    /// The build's timeout was reached.
    case timedOut
}

/// The result of a phase.
///
/// Source: CodeBuild user guide, "Build phase transitions". `SKIPPED` is an addition, because CodeBuild
/// leaves such a phase out of its report.
public enum PhaseState: String, Sendable, Equatable {
    /// Every command exited with status 0, or there were no commands.
    case succeeded = "SUCCEEDED"
    /// A command exited with another status.
    case failed = "FAILED"
    /// The phase did not run because of an earlier failure, a stop or `--phase`.
    case skipped = "SKIPPED"
    /// The build was stopped during the phase.
    case stopped = "STOPPED"
    /// The build's timeout was reached during the phase.
    case timedOut = "TIMED_OUT"
}
