internal import Dispatch

/// A thread for work that may block, which a child task can prefer as its executor.
///
/// Reading commands' output and writing to a terminal can block. On the cooperative pool that could delay
/// every other task; here it delays only this thread.
final class BlockingThread: TaskExecutor {
    private let queue: DispatchQueue

    /// Creates a thread with the name that debuggers show.
    init(_ name: String) {
        queue = DispatchQueue(label: name, qos: .userInitiated)
    }

    /// Runs the job after the earlier jobs of this thread.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
