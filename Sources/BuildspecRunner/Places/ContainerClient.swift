internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A program of the engine that stays connected with a container until that ends.
///
/// It has a session of its own, so that a Ctrl-C at the terminal reaches only the build, which ends
/// the container in its own order.
final class ContainerClient: Sendable {
    /// Where to write what the container reads.
    let input: FileDescriptor
    /// Where to read what the container writes.
    let output: FileDescriptor

    private let process: pid_t
    private let inputIsOpen = Mutex(true)

    /// Starts it.
    ///
    /// - Parameters:
    ///   - engine: the engine.
    ///   - arguments: its arguments.
    ///   - errors: a file for what the engine itself says.
    /// - Throws: `Errno`.
    init(_ engine: ContainerEngine, _ arguments: [String], errors: FilePath) throws(Errno) {
        let (readEnd, inputEnd) = try Pipe.open()
        let outputEnd: FileDescriptor
        let writeEnd: FileDescriptor
        do throws(Errno) {
            (outputEnd, writeEnd) = try Pipe.open()
        } catch {
            try? readEnd.close()
            try? inputEnd.close()
            throw error
        }
        defer { for end in [readEnd, writeEnd] { try? end.close() } }
        input = inputEnd
        output = outputEnd
        do throws(Errno) {
            process = try ContainerClient.spawn(
                engine,
                arguments,
                input: readEnd,
                output: writeEnd,
                errors: errors
            )
        } catch {
            for end in [inputEnd, outputEnd] { try? end.close() }
            throw error
        }
    }

    deinit {
        closeInput()
        try? output.close()
    }

    /// Writes a line; false when nobody reads any more.
    func send(_ line: String) -> Bool {
        inputIsOpen.withLock { isOpen in
            guard isOpen else { return false }
            return (try? input.writeAll((line + "\n").utf8)) != nil
        }
    }

    /// Ends the container's input, and so the container.
    func closeInput() {
        inputIsOpen.withLock { isOpen in
            if isOpen { try? input.close() }
            isOpen = false
        }
    }

    /// Kills the program, not the container; only before `wait` has returned.
    func destroy() {
        kill(process, SIGKILL)
    }

    /// Waits for the program's end; blocks.
    func wait() {
        while waitpid(process, nil, 0) < 0, errno == EINTR {}
    }

    #if canImport(Darwin)
        private static let newSession = Int16(POSIX_SPAWN_SETSID)
    #else
        // POSIX_SPAWN_SETSID, which Swift does not import there.
        private static let newSession: Int16 = 0x80
    #endif

    private static func spawn(
        _ engine: ContainerEngine,
        _ arguments: [String],
        input: FileDescriptor,
        output: FileDescriptor,
        errors: FilePath
    ) throws(Errno) -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t? = nil
            var attributes: posix_spawnattr_t? = nil
        #else
            var actions = unsafe posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
        let flags = O_WRONLY | O_CREAT | O_APPEND
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors.string, flags, 0o600)
        unsafe posix_spawnattr_setflags(&attributes, ContainerClient.newSession)
        let environment = engine.environment.map { "\($0.key)=\($0.value)" }
        let result = unsafe withCStrings([engine.program.string] + arguments) { arguments in
            unsafe withCStrings(environment) { environment -> (Int32, pid_t) in
                var process: pid_t = 0
                let path = engine.program.string
                let result = unsafe posix_spawn(
                    &process,
                    path,
                    &actions,
                    &attributes,
                    arguments,
                    environment
                )
                return (result, process)
            }
        }
        guard result.0 == 0 else { throw Errno(rawValue: result.0) }
        return result.1
    }

    /// Calls `body` with the texts as the system takes lists of texts.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { for index in texts.indices { unsafe free(pointers[index]) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("an empty list") }
            return unsafe body(start)
        }
    }
}
