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
