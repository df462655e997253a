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
    /// Opens an interactive shell in the build's place, and waits for its end.
    ///
    /// It is the shell of the commands, so that what works in it works in the build.
    ///
    /// - Parameters:
    ///   - state: what it begins with; what it changes of that is forgotten.
    ///   - conversation: starts it.
    ///   - greeting: what it says first.
    /// - Throws: `Errno`, or what starting a process throws.
    func openShell(
        in state: SavedState,
        by conversation: InteractiveShell,
        saying greeting: String
    ) async throws {
        let files = StateFiles(
            environment: file("debug-env.sh"),
            directory: file("debug-dir.txt")
        )
        let (beginning, start, go) = (file("debug.rc"), file("debug.sh"), file("debug.go"))
        try SmallFile.write(state.environment, to: files.environment, owner: state.user)
        try SmallFile.write(state.directory, to: files.directory, owner: state.user)
        let text = DebugScript.beginning(
            with: inside(files),
            saying: greeting,
            terminal: conversation.terminal.type
        )
        try SmallFile.write(Array(text.utf8), to: beginning, owner: state.user)
        let shell = self.beginning.shell
        let script = DebugScript.start(shell, reading: execution.pathInside(beginning))
        try SmallFile.write(Array(script.utf8), to: start, owner: state.user)
        try SmallFile.remove(go)
        let launch = execution.terminalProcessSpec(
            shell,
            [execution.pathInside(start).string],
            in: try desk.corner(of: state.user).start,
            as: state.user
        )
        try await conversation.run(DebugScript.waiting(for: go, before: launch)) {
            try SmallFile.write("", to: go)
        }
    }

    /// What a command's script does before the command, so that the build can pause.
    ///
    /// Forgets how the user's command before left things.
    ///
    /// - Throws: `Errno`.
    func preparation(in corner: ShellStateStore.UserDirectories) throws -> String {
        guard let debugging = beginning.debugging else { return "" }
        if debugging.pausesAtFailures {
            try SmallFile.remove(corner.end.environment)
            try SmallFile.remove(corner.end.directory)
        }
        return DebugScript.preparation(
            room: debugging.pausesAtBreakpoints ? execution.pathInside(corner.room) : nil,
            end: debugging.pausesAtFailures ? inside(corner.end) : nil
        )
    }

    /// The state in which the user's last command ended, also where it left by `exit` and hands
    /// nothing on; the state before it where it left nothing at all.
    ///
    /// - Throws: `Errno`, or `SmallFile.Untrusted` when what it left is not plain files of the user.
    func endOfCommand(of user: UserAccount?) throws -> SavedState {
        let end = try desk.corner(of: user).end
        let owner = user?.userID ?? execution.fileOwner
        guard let environment = try SmallFile.consume(end.environment, of: owner),
            let directory = try SmallFile.consume(end.directory, of: owner)
        else { return try state() }
        return SavedState(environment: environment, directory: directory, user: user)
    }

    /// Runs a command and meanwhile answers the breakpoints that it comes to.
    ///
    /// - Parameters:
    ///   - user: whom it runs as.
    ///   - answer: what to do with its state; `nil` if breakpoints do not ask.
    ///   - body: runs it.
    /// - Returns: what `body` gives.
    /// - Throws: what `body` throws.
    func answeringBreakpoints(
        of user: UserAccount?,
        with answer: (@Sendable (SavedState) async -> Void)?,
        _ body: @Sendable @escaping () async throws -> Int32
    ) async throws -> Int32 {
        guard let answer, beginning.debugging?.pausesAtBreakpoints == true else {
            return try await body()
        }
        let room = try desk.corner(of: user).room
        let owner = user?.userID ?? execution.fileOwner
        let end = CommandEnd()
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                defer { end.isThere.withLock { $0 = true } }
                return try await body()
            }
            group.addTask {
                while !end.isThere.withLock({ $0 }), !Task.isCancelled {
                    for breakpoint in Breakpoint.waiting(in: room, of: user, owner) {
                        await answer(breakpoint.state)
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

    private func file(_ name: String) -> FilePath { desk.place.path.appending(name) }
}

/// Whether a command has ended, for whoever answers its breakpoints.
private final class CommandEnd: Sendable {
    let isThere = Mutex(false)
}

/// A process that has come to `codebuild-breakpoint` and waits.
private struct Breakpoint {
    /// How often they are looked for: by files, because those reach into every place.
    static let interval = Duration.milliseconds(20)

    /// The directory and the environment that it sees.
    let state: SavedState
    private let mark: FilePath

    /// Those that have left their state in a user's room since the last time.
    static func waiting(
        in room: FilePath,
        of user: UserAccount?,
        _ owner: uid_t
    ) -> [Breakpoint] {
        let names = (try? DirectoryHandle.open(PathBytes(room.string)).names()) ?? []
        return names.compactMap { bytes in
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".")
            guard parts.count == 2, parts[0] == "break", let number = UInt32(parts[1]) else {
                return nil
            }
            let mark = room.appending("break.\(number)")
            let file = room.appending("state.\(number)")
            guard let left = try? SmallFile.consume(file, of: owner),
                let breakpoint = Breakpoint(left, of: user, mark: mark)
            else {
                // It is written before the mark, so it will not come any more.
                try? SmallFile.remove(mark)
                return nil
            }
            return breakpoint
        }
    }

    /// Reads what it left; `nil` if that is nothing.
    private init?(_ left: [UInt8], of user: UserAccount?, mark: FilePath) {
        let lines = left.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
        guard let directory = lines.first else { return nil }
        let environment = lines.count > 1 ? Array(lines[1]) : []
        state = SavedState(environment: environment, directory: Array(directory), user: user)
        self.mark = mark
    }

    /// Lets it go on.
    func release() {
        try? SmallFile.remove(mark)
    }
}
