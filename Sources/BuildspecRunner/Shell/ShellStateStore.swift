internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The saved state of a build, to which a retry returns.
struct SavedState: Sendable {
    /// The exported environment, itself a script.
    var environment: [UInt8]
    /// The current directory, one line.
    var directory: [UInt8]
    /// The user that owns the state; `nil` is the user that runs the build.
    var user: UserAccount?
}

/// The files by which a command passes its state to the next one, whatever their users are.
///
/// On this machine only the runner can create files in the build's private directory. In a sandbox or a
/// container, commands can too, so no link is followed there. A command gets its script and the state
/// as files of its user that nobody else can read, and writes the new state to a directory of its user.
/// The new state is read without following links, and only from regular files of that user, because a
/// runner that is root must not be led to another file. The runner writes nothing in a directory that
/// a command's user owns.
final class ShellStateStore: Sendable {
    /// The directories of one user.
    struct UserDirectories: Sendable {
        /// The directory in which the shell starts.
        ///
        /// It is empty and not the source root, as on CodeBuild: if the saved directory does not exist
        /// any more, the command can damage nothing.
        var start: FilePath
        /// The directory to which a command writes its state.
        var output: FilePath

        /// The state that a command writes if it runs to its last line.
        var nextState: StateFiles { StateFiles(in: output) }

        /// The state that a command writes however it ends, if the build pauses after failures.
        var finalState: StateFiles {
            StateFiles(
                environment: output.appending("end-env.sh"),
                directory: output.appending("end-dir.txt")
            )
        }
    }

    /// The script of the current command.
    let script: FilePath
    /// The state with which the next command begins.
    let files: StateFiles

    let privateDirectory: PrivateDirectory
    /// The owner of the files that commands without a user write.
    private let defaultOwner: uid_t
    private let knownDirectories = Mutex<[uid_t: UserDirectories]>([:])

    /// Creates a store in the build's private directory.
    init(in directory: PrivateDirectory, defaultOwner: uid_t) {
        privateDirectory = directory
        self.defaultOwner = defaultOwner
        script = directory.path.appending("script.sh")
        files = StateFiles(in: directory.path)
    }

    /// Returns the directories of a user, and creates them for the first call.
    func directories(of user: UserAccount?) throws(Errno) -> UserDirectories {
        let number = user?.userID ?? geteuid()
        if let known = knownDirectories.withLock({ $0[number] }) { return known }
        let created = UserDirectories(
            start: try privateDirectory.createDirectory("start-\(number)", of: user),
            output: try privateDirectory.createDirectory("next-\(number)", of: user)
        )
        knownDirectories.withLock { $0[number] = created }
        return created
    }

    /// Reads the state, which `user` owns.
    func state(of user: UserAccount?) throws -> SavedState {
        SavedState(
            environment: try SmallFile.readRegular(files.environment),
            directory: try SmallFile.readRegular(files.directory),
            user: user
        )
    }

    /// Reads the saved directory; `nil` if its name is not UTF-8.
    func directory() throws -> String? {
        let line = try SmallFile.readRegular(files.directory)
        return String(
            validating: line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...],
            as: UTF8.self
        )
    }

    /// Replaces the state, in files of its user.
    func write(_ state: SavedState) throws {
        try SmallFile.write(state.environment, to: files.environment, owner: state.user)
        try SmallFile.write(state.directory, to: files.directory, owner: state.user)
    }

    func write(script text: String, for user: UserAccount?) throws {
        try SmallFile.write(Array(text.utf8), to: script, owner: user)
    }

    /// Replaces the state by the one that the user's command wrote, if it wrote one.
    ///
    /// A truncated state is rejected, because the next command would run without its variables, or in
    /// another directory.
    ///
    /// - Throws: `Errno`, the one of a full disk for a truncated state, or `SmallFile.Untrusted` if the
    ///   state is not in regular files of the user.
    func collectState(of user: UserAccount?) throws {
        let next = try directories(of: user).nextState
        let owner = user?.userID ?? defaultOwner
        let environment = try SmallFile.consume(next.environment, of: owner)
        let directory = try SmallFile.consume(next.directory, of: owner)
        // The script continues after a failed write and exits with the status of the command.
        if let environment, environment.last != UInt8(ascii: "\n") { throw Errno.noSpace }
        if let directory, directory.isEmpty { throw Errno.noSpace }
        for (bytes, file) in [(environment, files.environment), (directory, files.directory)] {
            if let bytes { try SmallFile.write(bytes, to: file, owner: user) }
        }
    }
}
