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
