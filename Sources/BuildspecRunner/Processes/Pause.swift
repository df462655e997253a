internal import BuildspecFiles
internal import Dispatch

/// Waits that do not end when the task is cancelled, for cleaning up after a cancelled task.
enum Pause {
    /// Suspends the task for a time.
    static func uncancelled(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let nanoseconds = Int(clamping: duration.nanoseconds)
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
                continuation.resume()
            }
        }
    }
}
