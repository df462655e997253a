public import BuildspecCache
public import BuildspecModel

/// An event of a build; events come in the order in which they happen.
public enum RunEvent: Sendable, Equatable {
    /// The build's identity is known; nothing has run yet.
    case buildBegan(BuildIdentity)
    /// The cache was searched for the build's entry.
    case cacheRestored(RestoreReport)
    /// A phase began.
    case phaseBegan(PhaseName)
    /// A phase was skipped.
    case phaseSkipped(PhaseName)
    /// A phase's commands failed and run again.
    case phaseRetried(CommandFailure, attempt: Int, of: Int)
    /// A command begins.
    case commandBegan(PhaseCommand)
    /// Bytes that commands wrote to standard output and standard error, merged.
    case output([UInt8])
    /// A command ended; all its output came before this event.
    case commandEnded(PhaseCommand, status: Int32, duration: Duration)
    /// A command was ended because the build was stopped or timed out.
    case commandStopped(PhaseCommand, StopReason)
    /// The build is paused; commands' output waits until the build is resumed.
    case paused(BuildPause)
    /// The build is resumed.
    case resumed(BuildPause, after: Duration)
    /// A phase ended.
    case phaseEnded(PhaseReport)
    /// An artifact was collected, or could not be.
    case artifactCollected(ArtifactReport)
    /// The report of a group was read, or could not be.
    case reportRead(GroupReport)
    /// Reports that the buildspec does not declare were searched for.
    case reportsDiscovered(ReportDiscovery)
    /// The cache was saved.
    case cacheSaved(SaveReport)
    /// A line of information for the log.
    case note(String)
    /// A warning, in one line.
    case warning(String)
    /// The build ended. This is the last event.
    case buildEnded(BuildResult)
}

/// A receiver of a build's events: a terminal, a log, a recording.
public protocol EventSink: Sendable {
    /// Handles the next event.
    ///
    /// Events come one at a time, on a thread that may block. While a slow sink writes, the commands'
    /// output waits in its pipe, so that memory stays bounded.
    func receive(_ event: RunEvent) async
}
