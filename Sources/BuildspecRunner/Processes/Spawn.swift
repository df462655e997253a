internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Programs that stay beside the build: the engine's, which is connected with a container, and the
/// build's guard.
///
/// Each has a session of its own, so that a Ctrl-C at the terminal does not reach it.
enum Spawn {
    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments, without its name.
    ///   - environment: all of its environment.
    ///   - input: its standard input; the caller keeps its own.
    ///   - output: its standard output.
    ///   - errors: a file to which its standard error is appended.
    /// - Returns: its process, for which the caller waits.
    /// - Throws: `Errno`.
    static func start(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
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
        unsafe posix_spawnattr_setflags(&attributes, newSession)
        let environment = environment.map { "\($0.key)=\($0.value)" }
        let result = unsafe withCStrings([program.string] + arguments) { arguments in
            unsafe withCStrings(environment) { environment -> (Int32, pid_t) in
                var process: pid_t = 0
                let path = program.string
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

    #if canImport(Darwin)
        private static let newSession = Int16(POSIX_SPAWN_SETSID)
    #else
        // POSIX_SPAWN_SETSID, which Swift does not import there.
        private static let newSession: Int16 = 0x80
    #endif

    /// Calls `body` with the texts as the system takes lists of texts.
    static func withCStrings<Result>(
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
