internal import Dispatch
internal import Synchronization

/// An executor for tasks that wait for the file system, so that the cooperative threads never wait.
///
/// Use it with `withTaskExecutorPreference`. It has as many threads as the machine has processors, at
/// least two. They are not those of the cooperative pool, or else a signal or a timeout would wait until
/// the files are written.
package final class BlockingExecutor: TaskExecutor {
    /// The executor that all file work shares.
    package static let shared = BlockingExecutor()

    private struct State {
        var jobs: [UnownedJob] = []
        /// The number of started jobs at the beginning of `jobs`.
        var started = 0
        var threads = 0

        /// Returns the next job; without one, the calling thread ends.
        mutating func next() -> UnownedJob? {
            guard started < jobs.count else {
                (jobs, started) = ([], 0)
                threads -= 1
                return nil
            }
            if started > 1_000 {
                jobs.removeFirst(started)
                started = 0
            }
            defer { started += 1 }
            return jobs[started]
        }
    }

    private let state = Mutex(State())
    private let width = max(2, Machine.cores)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.threads < width else { return false }
            state.threads += 1
            return true
        }
        // A serial queue has a thread of its own; a concurrent one shares those of the pool on Linux.
        if needsThread { DispatchQueue(label: "buildspec.blocking").async { self.run() } }
    }

    private func run() {
        while let job = state.withLock({ $0.next() }) {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
