internal import Synchronization

/// The time that a build may take, without the time for which the build is paused.
final class BuildTimeout: Sendable {
    private struct State {
        var end: ContinuousClock.Instant
        var pausedSince: ContinuousClock.Instant?

        /// The time that is left.
        var left: Duration { end - (pausedSince ?? .now) }
    }

    private let state: Mutex<State>

    /// Starts the timeout.
    init(_ limit: Duration) {
        state = Mutex(State(end: .now + limit))
    }

    /// Whether the time is over.
    var isOver: Bool { state.withLock { $0.left <= .zero } }

    /// Stops the clock.
    func pause() {
        state.withLock { $0.pausedSince = .now }
    }

    /// Starts the clock again.
    func resume() {
        state.withLock { state in
            if let since = state.pausedSince { state.end += .now - since }
            state.pausedSince = nil
        }
    }

    /// Waits until the time is over or the task is cancelled.
    func waitUntilOver() async {
        while !isOver, !Task.isCancelled {
            // A build that is paused shortly before the end must not poll without a pause.
            let left = max(state.withLock { $0.left }, .milliseconds(50))
            try? await Task.sleep(for: left)
        }
    }
}
