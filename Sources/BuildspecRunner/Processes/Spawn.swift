internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Starts the programs that run during the whole build: the engine's, which is connected with a
/// container, and the build's guard.
///
/// Each program gets a new session, so that it does not receive a Ctrl-C at the terminal.
enum Spawn {
    /// Starts a program and returns its process's number, for which the caller must wait.
    ///
    /// The caller closes the descriptors. The standard error is appended to the file `errors`.
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
        let path = program.string
        var process: pid_t = 0
        let error = unsafe withCStrings([path] + arguments) { arguments in
            unsafe withCStrings(environment) { environment in
                unsafe posix_spawn(&process, path, &actions, &attributes, arguments, environment)
            }
        }
        guard error == 0 else { throw Errno(rawValue: error) }
        return process
    }

    #if canImport(Darwin)
        private static let newSession = Int16(POSIX_SPAWN_SETSID)
    #else
        // POSIX_SPAWN_SETSID, which Swift does not import there.
        private static let newSession: Int16 = 0x80
    #endif

    /// Calls `body` with a list of C strings that ends with a null pointer.
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
