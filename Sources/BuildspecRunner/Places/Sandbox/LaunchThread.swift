#if os(Linux)
    internal import CProcess
    internal import Dispatch
    internal import Synchronization

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// A thread of its own from which a sandbox's commands are started, so that they inherit what it
    /// has given up: the user's kernel keyrings, and the input of terminals.
    ///
    /// Both belong to a thread, not to a process, and a new process has what the thread has that starts
    /// it. Nothing but this thread and what it starts is changed.
    final class LaunchThread: TaskExecutor {
        private struct State {
            var jobs: [UnownedJob] = []
            var isOver = false
            var problem: Int32 = 0
        }

        private let state = Mutex(State())
        private let work = DispatchSemaphore(value: 0)
        private let ready = DispatchSemaphore(value: 0)

        /// Starts it.
        ///
        /// - Throws: `SetupError` when the kernel cannot do what it is for.
        init() throws {
            var thread = pthread_t()
            let own = unsafe Unmanaged.passRetained(self)
            let result = unsafe pthread_create(
                &thread,
                nil,
                { context in
                    if let context = unsafe context {
                        unsafe Unmanaged<LaunchThread>.fromOpaque(context).takeRetainedValue().run()
                    }
                    return nil
                },
                own.toOpaque()
            )
            guard result == 0 else {
                unsafe own.release()
                throw SetupError(sandbox: "no thread can be started")
            }
            pthread_detach(thread)
            ready.wait()
            let problem = state.withLock(\.problem)
            guard problem == 0 else {
                end()
                let words = unsafe String(cString: strerror(problem))
                throw SetupError(
                    sandbox:
                        "the kernel's keyrings and terminals cannot be kept from its commands: "
                        + "seccomp says '\(words)'; it needs a kernel with seccomp filters, or run "
                        + "without '--sandbox'"
                )
            }
        }

        /// Runs the job when the thread comes to it.
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            let isOver = state.withLock { state in
                if !state.isOver { state.jobs.append(job) }
                return state.isOver
            }
            guard isOver else {
                work.signal()
                return
            }
            // Nothing is started any more; what is left of a task ends elsewhere.
            DispatchQueue.global().async { [self] in
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }

        /// Lets the thread end.
        func end() {
            state.withLock { $0.isOver = true }
            work.signal()
        }

        private func run() {
            let problem = process_confine_thread()
            state.withLock { $0.problem = problem }
            ready.signal()
            while true {
                work.wait()
                let (job, isOver) = state.withLock { state in
                    (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isOver)
                }
                if let job {
                    unsafe job.runSynchronously(on: asUnownedTaskExecutor())
                } else if isOver {
                    return
                }
            }
        }
    }
#endif
