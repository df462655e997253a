internal import Synchronization

/// The time that a build may take; it stands still while the build is paused.
final class BuildTimeout: Sendable {
    private struct State {
        var end: ContinuousClock.Instant
        var pausedSince: ContinuousClock.Instant?

        /// What is left of it.
        var left: Duration { end - (pausedSince ?? .now) }
    }

    private let state: Mutex<State>

    /// Begins now.
    init(_ limit: Duration) {
        state = Mutex(State(end: .now + limit))
    }

    /// Whether it is up.
    var isOver: Bool { state.withLock { $0.left <= .zero } }

    /// Lets it stand still.
    func pause() {
        state.withLock { $0.pausedSince = .now }
    }

    /// Lets it go on.
    func resume() {
        state.withLock { state in
            if let since = state.pausedSince { state.end += .now - since }
            state.pausedSince = nil
        }
    }

    /// Waits until it is up or the task is cancelled.
    func waitUntilOver() async {
        while !isOver, !Task.isCancelled {
            // Paused shortly before the end, it would look at the clock all the time.
            let left = max(state.withLock { $0.left }, .milliseconds(50))
            try? await Task.sleep(for: left)
        }
    }
}
