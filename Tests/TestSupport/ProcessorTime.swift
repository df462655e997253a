#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How long this thread's own work takes, whatever else the machine is busy with.
package func processorTime(_ body: () throws -> Void) rethrows -> Duration {
    let start = ownTime()
    try body()
    return ownTime() - start
}

private func ownTime() -> Duration {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else {
        preconditionFailure("no clock of this thread: \(errno)")
    }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
