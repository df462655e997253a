internal import Dispatch

/// An executor for tasks that wait for the file system, so that the cooperative threads never wait.
///
/// Use it with `withTaskExecutorPreference`. The caller limits how many jobs run at once.
package final class BlockingExecutor: TaskExecutor {
    /// The executor that all file work shares.
    package static let shared = BlockingExecutor()

    private let queue = DispatchQueue(label: "buildspec.blocking", attributes: .concurrent)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
