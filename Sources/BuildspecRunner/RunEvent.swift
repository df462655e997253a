public import BuildspecCache
public import BuildspecModel

/// Something that happened in a build, in the order in which it happened.
public enum RunEvent: Sendable, Equatable {
    /// The build's identity is settled and nothing has run yet.
    case buildBegan(BuildIdentity)
    /// The cache was asked for the build's entry.
    case cacheRestored(RestoreReport)
    /// A phase was entered.
    case phaseBegan(PhaseName)
    /// A phase was passed over.
    case phaseSkipped(PhaseName)
    /// The phase's commands failed and come again.
    case phaseRetried(CommandFailure, attempt: Int, of: Int)
    /// A command starts.
    case commandBegan(PhaseCommand)
    /// Bytes that commands wrote to standard output and standard error, merged.
    case output([UInt8])
    /// A command ended, and all that it wrote came before.
    case commandEnded(PhaseCommand, status: Int32, duration: Duration)
    /// A command was ended because the build was stopped or its time was up.
    case commandStopped(PhaseCommand, StopReason)
    /// The build is paused; commands' output waits until it goes on.
    case paused(BuildPause)
    /// The build goes on.
    case resumed(BuildPause, after: Duration)
    /// A phase was left.
    case phaseEnded(PhaseReport)
    /// An artifact was collected.
    case artifactCollected(ArtifactReport)
    /// The cache was saved.
    case cacheSaved(SaveReport)
    /// Something that the log tells, in one line; nothing is wrong.
    case note(String)
    /// Something that the user should know, in one line.
    case warning(String)
    /// The build ended; the last event.
    case buildEnded(BuildResult)
}

/// Where a build's events go: a terminal, a log, a recording.
public protocol EventSink: Sendable {
    /// Takes the next event.
    ///
    /// Events come one at a time, on a thread that may block: while a slow sink writes, the
    /// commands' output waits in their pipe, so memory stays flat.
    ///
    /// - Parameter event: what happened.
    func receive(_ event: RunEvent) async
}
