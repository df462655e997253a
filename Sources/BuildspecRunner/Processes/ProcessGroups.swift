internal import BuildspecFiles
internal import CProcess
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
/// daemons that left their group.
///
/// A group's number is not reused while the group has a member. Empty groups are removed, so a signal
/// never reaches a process of another program.
final class ProcessGroups: Sendable {
    private let numbers = Mutex<Set<pid_t>>([])
    private let killHandlers = Mutex<[@Sendable () -> Void]>([])
    private let guardedBuild = Mutex<(id: String, directory: FilePath)?>(nil)
    /// Ends the processes if this process is killed; started before the first command.
    private let processGuard = Mutex<ProcessGuard?>(nil)

    /// Makes a guard end the processes of a build if this process is killed.
    func enableGuard(ofBuild id: String, in directory: FilePath) {
        guardedBuild.withLock { $0 = (id, directory) }
    }

    /// Starts the guard, unless it runs.
    ///
    /// Must be called before a command starts, or a kill between the two would leave the command.
    func startGuard() {
        processGuard.withLock { processGuard in
            guard processGuard == nil, let (id, directory) = guardedBuild.withLock(\.self) else {
                return
            }
            processGuard = try? ProcessGuard(ofBuild: id, in: directory)
        }
    }

    /// Ends the guard; no process of the build may run any more.
    func dismissGuard() {
        processGuard.withLock { $0 = nil }
    }

    /// Adds the group of a command that has started.
    func insert(_ group: pid_t) {
        change { _ = $0.insert(group) }
    }

    /// Removes the groups that are empty, after the only running command has ended.
    func commandEnded() {
        change { $0 = $0.filter(hasMembers) }
    }

    private func change(_ body: (inout Set<pid_t>) -> Void) {
        numbers.withLock { numbers in
            let before = numbers
            body(&numbers)
            guard numbers != before else { return }
            processGuard.withLock { $0?.update(numbers) }
        }
    }

    /// Kills every process of every group at once, and calls the kill handlers.
    func killAll() {
        send(SIGKILL)
        for kill in killHandlers.withLock({ $0 }) { kill() }
    }

    /// Adds a handler that kills processes that are not in a group of this machine.
    func addKillHandler(_ kill: @escaping @Sendable () -> Void) {
        killHandlers.withLock { $0.append(kill) }
    }

    /// Ends the processes that are left after the last command: TERM, and KILL after the grace period.
    ///
    /// A cancelled task, which is usual here, does not stop this. `waiting` is called once if this takes
    /// longer than a user expects.
    func endAll(buildID: String, grace: Duration, waiting: () async -> Void) async {
        guard hasProcesses(buildID) else { return }
        let wasStopped = Task.isCancelled
        // The build may time out or be stopped during the wait.
        func isOver() -> Bool { Task.isCancelled != wasStopped }
        send(SIGTERM)
        send(SIGTERM, toDaemonsOf: buildID)
        let silentTime = min(grace, .seconds(1))
        if await isEmpty(buildID, within: silentTime, unless: isOver) { return }
        if grace > silentTime, !isOver() {
            await waiting()
            if await isEmpty(buildID, within: grace - silentTime, unless: isOver) { return }
        }
        // The children of a killed daemon become daemons, which the next round finds.
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
        while hasProcesses(buildID) {
            if clock.now >= deadline || isOver() { return false }
            await Pause.uncancelled(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }

    private func hasProcesses(_ buildID: String) -> Bool {
        change { $0 = $0.filter(hasMembers) }
        return !numbers.withLock(\.isEmpty) || !Orphans.daemons(ofBuild: buildID).isEmpty
    }

    private func send(_ signal: Int32) {
        numbers.withLock { for group in $0 { ProcessGroups.send(signal, to: -group) } }
    }

    private func send(_ signal: Int32, toDaemonsOf buildID: String) {
        for daemon in Orphans.daemons(ofBuild: buildID) { ProcessGroups.send(signal, to: daemon) }
    }

    /// Sends a signal, and lets a stopped process continue so that it handles the signal.
    private static func send(_ signal: Int32, to process: pid_t) {
        kill(process, signal)
        if signal != SIGKILL { kill(process, SIGCONT) }
    }

    /// Returns whether a group whose leader was collected has running members.
    private func hasMembers(_ group: pid_t) -> Bool {
        while waitpid(-group, nil, WNOHANG) > 0 {}
        return kill(-group, 0) == 0
    }
}

/// Processes whose parent has ended, and that this process must end and collect.
///
/// On Linux they become children of this process instead of the system's first one, so that none is lost
/// and none stays a zombie. On other systems only process groups are known.
enum Orphans {
    /// Makes this process the parent of its orphans from now on.
    static func adopt() {
        #if os(Linux)
            _ = process_adopt_orphans()
        #endif
    }

    /// Returns the orphans of a build, known by the variable `CODEBUILD_BUILD_ID`.
    static func daemons(ofBuild id: String) -> [pid_t] {
        #if os(Linux)
            let entry = Array("CODEBUILD_BUILD_ID=\(id)".utf8)
            return children().filter { child in
                let environment = (try? SmallFile.read(FilePath("/proc/\(child)/environ"))) ?? []
                return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
            }
        #else
            return []
        #endif
    }

    #if os(Linux)
        /// Returns the children of all threads of this process.
        private static func children() -> [pid_t] {
            let threads = try? DirectoryHandle.open(PathBytes("/proc/self/task")).names()
            return (threads ?? []).flatMap { thread in
                let name = String(decoding: thread, as: UTF8.self)
                let list = try? SmallFile.read(FilePath("/proc/self/task/\(name)/children"))
                return String(decoding: list ?? [], as: UTF8.self).split(separator: " ")
                    .compactMap { pid_t($0) }
            }
        }
    #endif
}
