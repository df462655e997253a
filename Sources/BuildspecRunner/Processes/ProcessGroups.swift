internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The processes that a build has started and that may still run: its commands' process groups, and
/// daemons that left them.
///
/// A group's number stays taken as long as it has a member, so a signal never reaches strangers as
/// long as empty groups are forgotten.
final class ProcessGroups: Sendable {
    private let numbers = Mutex<Set<pid_t>>([])
    private let killers = Mutex<[@Sendable () -> Void]>([])
    private let guarded = Mutex<(build: String, directory: FilePath)?>(nil)
    /// Who ends them should this process be killed; comes before the first command.
    private let guardian = Mutex<ProcessGuard?>(nil)

    /// Lets a guard end the processes of a build, should this process be killed.
    ///
    /// - Parameters:
    ///   - id: the build's identifier.
    ///   - directory: its private directory.
    func beGuarded(ofBuild id: String, in directory: FilePath) {
        guarded.withLock { $0 = (id, directory) }
    }

    /// Starts the guard, if none is there yet.
    ///
    /// A command starts after it, or a kill between the two would leave the command.
    func prepare() {
        guardian.withLock { guardian in
            guard guardian == nil, let (id, directory) = guarded.withLock(\.self) else { return }
            guardian = try? ProcessGuard(ofBuild: id, in: directory)
        }
    }

    /// Lets the guard go; no process may be left.
    func dismissGuard() {
        guardian.withLock { $0 = nil }
    }

    /// Notes the group of a command that has started.
    func insert(_ group: pid_t) {
        change { _ = $0.insert(group) }
    }

    /// Notes that the only command that ran has ended: forgets its group, unless it left processes
    /// behind, and the groups of earlier commands that are empty by now.
    func commandEnded() {
        change { $0 = $0.filter(hasMembers) }
    }

    private func change(_ body: (inout Set<pid_t>) -> Void) {
        numbers.withLock { numbers in
            let before = numbers
            body(&numbers)
            guard numbers != before else { return }
            guardian.withLock { $0?.note(numbers) }
        }
    }

    /// Kills every process of every group at once, and those elsewhere.
    func killAll() {
        send(SIGKILL)
        for kill in killers.withLock({ $0 }) { kill() }
    }

    /// Notes what kills processes that are in no group of this machine.
    func alsoKill(by kill: @escaping @Sendable () -> Void) {
        killers.withLock { $0.append(kill) }
    }

    /// Ends what is left after the last command: TERM, and KILL after the grace period.
    ///
    /// Goes on when the task is cancelled, as it usually is here.
    ///
    /// - Parameters:
    ///   - buildID: the build's identifier, by which daemons are known.
    ///   - grace: the longest time between the two signals.
    ///   - waiting: called once when it takes longer than people expect.
    func endAll(buildID: String, grace: Duration, waiting: () async -> Void) async {
        guard isAnythingLeft(buildID) else { return }
        let wasStopped = Task.isCancelled
        // The build's time or its user's patience may run out while it waits here.
        func isOver() -> Bool { Task.isCancelled != wasStopped }
        send(SIGTERM)
        send(SIGTERM, toDaemonsOf: buildID)
        let unnoticed = min(grace, .seconds(1))
        if await isEmpty(buildID, within: unnoticed, unless: isOver) { return }
        if grace > unnoticed, !isOver() {
            await waiting()
            if await isEmpty(buildID, within: grace - unnoticed, unless: isOver) { return }
        }
        // A killed daemon may leave children of its own, which turn up as daemons then.
        for _ in 1...5 {
            send(SIGKILL)
            send(SIGKILL, toDaemonsOf: buildID)
            if await isEmpty(buildID, within: .milliseconds(200), unless: { false }) { return }
        }
    }

    private func isEmpty(
        _ buildID: String,
        within limit: Duration,
        unless isOver: () -> Bool
    ) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        var pause = Duration.milliseconds(1)
        while isAnythingLeft(buildID) {
            if clock.now >= deadline || isOver() { return false }
            await Pause.uncancelled(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }

    private func isAnythingLeft(_ buildID: String) -> Bool {
        change { $0 = $0.filter(hasMembers) }
        return !numbers.withLock(\.isEmpty) || !Orphans.daemons(ofBuild: buildID).isEmpty
    }

    private func send(_ signal: Int32) {
        numbers.withLock { for group in $0 { ProcessGroups.send(signal, to: -group) } }
    }

    private func send(_ signal: Int32, toDaemonsOf buildID: String) {
        for daemon in Orphans.daemons(ofBuild: buildID) { ProcessGroups.send(signal, to: daemon) }
    }

    /// Sends a signal; what is stopped goes on, or it would not notice.
    private static func send(_ signal: Int32, to process: pid_t) {
        kill(process, signal)
        if signal != SIGKILL { kill(process, SIGCONT) }
    }

    /// Whether a group whose leader has been waited for has members that run.
    private func hasMembers(_ group: pid_t) -> Bool {
        while waitpid(-group, nil, WNOHANG) > 0 {}
        return kill(-group, 0) == 0
    }
}
