internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The process groups that a build has started and that may still have members.
///
/// A group's number stays taken as long as it has a member, so a signal never reaches strangers as
/// long as empty groups are forgotten.
final class ProcessGroups: Sendable {
    private let numbers = Mutex<Set<pid_t>>([])

    /// Notes a new group.
    func insert(_ group: pid_t) {
        numbers.withLock { _ = $0.insert(group) }
    }

    /// Forgets a group whose leader has ended, unless it left processes behind.
    func forgetIfEmpty(_ group: pid_t) {
        numbers.withLock { if !isAlive(group) { $0.remove(group) } }
    }

    /// Kills every process of every group at once.
    func killAll() {
        send(SIGKILL)
    }

    /// Ends what is left: TERM, and KILL after the grace period.
    ///
    /// Goes on when the task is cancelled, as it usually is here.
    ///
    /// - Parameter grace: the longest time between the two.
    func endAll(grace: Duration) async {
        guard send(SIGTERM) else { return }
        let clock = ContinuousClock()
        let deadline = clock.now + grace
        var pause = Duration.milliseconds(1)
        while clock.now < deadline, hasMembers {
            await Pause.uncancelled(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        send(SIGKILL)
    }

    private var hasMembers: Bool {
        numbers.withLock { numbers in
            numbers = numbers.filter(isAlive)
            return !numbers.isEmpty
        }
    }

    @discardableResult
    private func send(_ signal: Int32) -> Bool {
        numbers.withLock { numbers in
            numbers = numbers.filter { kill(-$0, signal) == 0 }
            return !numbers.isEmpty
        }
    }

    private func isAlive(_ group: pid_t) -> Bool {
        kill(-group, 0) == 0
    }
}
