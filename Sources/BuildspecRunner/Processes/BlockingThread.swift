internal import BuildspecFiles
internal import Dispatch

/// A thread for work that may block, as an executor that a child task can prefer.
///
/// Reading commands' output and writing it to a terminal block. On the cooperative pool that could
/// hold up every other task; here it holds up nothing but itself.
final class BlockingThread: TaskExecutor {
    private let queue: DispatchQueue

    /// Creates a thread of its own.
    ///
    /// - Parameter name: what debuggers show.
    init(_ name: String) {
        queue = DispatchQueue(label: name, qos: .userInitiated)
    }

    /// Runs the job when the thread comes to it.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Waiting that goes on in a cancelled task, as clearing up after it must.
enum Pause {
    /// Suspends for a time.
    static func uncancelled(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let nanoseconds = Int(clamping: duration.nanoseconds)
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
                continuation.resume()
            }
        }
    }
}
