internal import BuildspecFiles
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension ShellSession {
    /// Opens an interactive shell where the commands run, and waits for its end.
    ///
    /// The shell is the one that runs the commands, so whatever works in it works in the build. It begins
    /// in `state`; changes to the state are lost.
    func openShell(
        in state: SavedState,
        by interactiveShell: InteractiveShell,
        greeting: String
    ) async throws {
        let files = StateFiles(environment: file("debug-env.sh"), directory: file("debug-dir.txt"))
        let (startup, script, go) = (file("debug.rc"), file("debug.sh"), file("debug.go"))
        try SmallFile.write(state.environment, to: files.environment, owner: state.user)
        try SmallFile.write(state.directory, to: files.directory, owner: state.user)
        let startupText = DebugScript.startup(
            in: pathsInside(files),
            greeting: greeting,
            terminal: interactiveShell.terminal.type
        )
        try SmallFile.write(Array(startupText.utf8), to: startup, owner: state.user)
        let shell = initialState.shell
        let scriptText = DebugScript.start(shell, reading: execution.pathInside(startup))
        try SmallFile.write(Array(scriptText.utf8), to: script, owner: state.user)
        try SmallFile.remove(go)
        let process = execution.terminalProcessSpec(
            shell,
            [execution.pathInside(script).string],
            in: try stateStore.directories(of: state.user).start,
            as: state.user
        )
        try await interactiveShell.run(DebugScript.waiting(for: go, before: process)) {
            try SmallFile.write("", to: go)
        }
    }

    /// Returns what a command's script does before the command, so that the build can pause.
    ///
    /// Removes the final state of the user's previous command.
    func preparation(in directories: ShellStateStore.UserDirectories) throws -> String {
        guard let debugging = initialState.debugging else { return "" }
        if debugging.pausesAtFailures {
            try SmallFile.remove(directories.finalState.environment)
            try SmallFile.remove(directories.finalState.directory)
        }
        return DebugScript.preparation(
            breakpoints: debugging.pausesAtBreakpoints
                ? execution.pathInside(directories.output) : nil,
            finalState: debugging.pausesAtFailures ? pathsInside(directories.finalState) : nil
        )
    }

    /// Returns the state in which the user's last command ended, also if the command left by `exit` and
    /// its state is lost for the next one.
    ///
    /// If the command left no state at all, the state before the command is returned. Throws
    /// `SmallFile.Untrusted` if the state is not in regular files of the user.
    func finalStateOfCommand(of user: UserAccount?) throws -> SavedState {
        let files = try stateStore.directories(of: user).finalState
        let owner = user?.userID ?? execution.fileOwner
        guard let environment = try SmallFile.consume(files.environment, of: owner),
            let directory = try SmallFile.consume(files.directory, of: owner)
        else { return try state() }
        return SavedState(environment: environment, directory: directory, user: user)
    }

    /// Runs a command by `body`, and calls `handler` with the state at each breakpoint; `nil` ignores
    /// breakpoints.
    func handlingBreakpoints(
        of user: UserAccount?,
        with handler: (@Sendable (SavedState) async -> Void)?,
        _ body: @Sendable @escaping () async throws -> Int32
    ) async throws -> Int32 {
        guard let handler, initialState.debugging?.pausesAtBreakpoints == true else {
            return try await body()
        }
        let directory = try stateStore.directories(of: user).output
        let owner = user?.userID ?? execution.fileOwner
        let hasEnded = EndFlag()
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                defer { hasEnded.value.withLock { $0 = true } }
                return try await body()
            }
            group.addTask {
                while !hasEnded.value.withLock({ $0 }), !Task.isCancelled {
                    for breakpoint in Breakpoint.waiting(in: directory, of: user, owner) {
                        await handler(breakpoint.state)
                        breakpoint.release()
                    }
                    try? await Task.sleep(for: Breakpoint.interval)
                }
                return nil
            }
            var status: Int32?
            for try await result in group { status = result ?? status }
            return status ?? 126
        }
    }

    private func file(_ name: String) -> FilePath {
        stateStore.privateDirectory.path.appending(name)
    }
}

/// Whether a command has ended, for the task that handles its breakpoints.
private final class EndFlag: Sendable {
    let value = Mutex(false)
}

/// A process that waits in `codebuild-breakpoint`.
private struct Breakpoint {
    /// The time between two searches for breakpoints.
    ///
    /// Breakpoints are files, because files can be seen in every execution environment.
    static let interval = Duration.milliseconds(20)

    /// The directory and the environment of the process.
    let state: SavedState
    private let marker: FilePath

    /// Returns the breakpoints in `directory` that were not returned before.
    static func waiting(
        in directory: FilePath,
        of user: UserAccount?,
        _ owner: uid_t
    ) -> [Breakpoint] {
        let names = (try? DirectoryHandle.open(PathBytes(directory.string)).names()) ?? []
        return names.compactMap { bytes in
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".")
            guard parts.count == 2, parts[0] == "break", let number = UInt32(parts[1]) else {
                return nil
            }
            let marker = directory.appending("break.\(number)")
            let file = directory.appending("state.\(number)")
            let bytes = try? SmallFile.consume(file, of: owner)
            let lines = bytes?.split(separator: UInt8(ascii: "\n"), maxSplits: 1) ?? []
            guard let directory = lines.first else {
                // The state is written before the marker, so it will not appear later.
                try? SmallFile.remove(marker)
                return nil
            }
            let state = SavedState(
                environment: lines.count > 1 ? Array(lines[1]) : [],
                directory: Array(directory),
                user: user
            )
            return Breakpoint(state: state, marker: marker)
        }
    }

    /// Lets the process continue.
    func release() {
        try? SmallFile.remove(marker)
    }
}
