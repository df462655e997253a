internal import BuildspecFiles
internal import Dispatch

/// Timers that do not end when the task is cancelled, for cleaning up after a cancelled task.
enum Pause {
    /// Suspends the task for a time.
    static func uncancelled(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            call(after: duration) { continuation.resume() }
        }
    }

    /// Calls a function after a time, on a thread of Dispatch.
    static func call(after time: Duration, _ body: @escaping @Sendable () -> Void) {
        let nanoseconds = Int(clamping: time.nanoseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { body() }
    }
}
