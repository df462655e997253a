internal import Dispatch

/// Runs tasks that wait for the file system, so that the cooperative threads never do.
///
/// Use it with `withTaskExecutorPreference`; how many jobs run at once is for the caller to bound.
package final class BlockingExecutor: TaskExecutor {
    /// The one that file work shares.
    package static let shared = BlockingExecutor()

    private let queue = DispatchQueue(label: "buildspec.blocking", attributes: .concurrent)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
