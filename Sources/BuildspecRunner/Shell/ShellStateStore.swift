internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The saved state of a build: what `retry` goes back to.
struct SavedState: Sendable {
    /// The exported environment, itself a script.
    var environment: [UInt8]
    /// The current directory, one line.
    var directory: [UInt8]
    /// Whose it is; `nil` is the user that runs the build.
    var user: UserAccount?
}

/// The files through which commands hand their state on, whoever they run as.
///
/// On this machine only the runner can put names into the build's private directory; in a sandbox or a
/// container commands can, so no link is followed there. A command gets its script and
/// the state as files of its user that nobody else can read, and leaves the new state in a directory
/// of its user. What it leaves is read without following links, and only if it is a plain file of
/// that user: a runner that is root must not be led to another file. Nothing is written in a
/// directory that a command's user owns.
final class ShellStateStore: Sendable {
    /// What belongs to one user.
    struct UserDirectories: Sendable {
        /// Where the shell starts: an empty place that is not the source root, as on CodeBuild;
        /// should the saved directory be gone, the command hits nothing.
        var start: FilePath
        /// The directory in which a command leaves things.
        var room: FilePath

        /// What a command leaves when it has run to its last line.
        var next: StateFiles { StateFiles(in: room) }

        /// What a command leaves however it ends, if somebody asks for it.
        var end: StateFiles {
            StateFiles(
                environment: room.appending("end-env.sh"),
                directory: room.appending("end-dir.txt")
            )
        }
    }

    /// The script of the command at hand.
    let script: FilePath
    /// The state that the next command begins with.
    let files: StateFiles

    /// The build's private directory.
    let place: PrivateDirectory
    private let owner: uid_t
    private let corners = Mutex<[uid_t: UserDirectories]>([:])

    /// Creates a desk in a private directory.
    ///
    /// - Parameters:
    ///   - place: the directory.
    ///   - owner: whose the files are that commands leave which run as nobody else.
    init(in place: PrivateDirectory, owner: uid_t) {
        self.place = place
        self.owner = owner
        script = place.path.appending("script.sh")
        files = StateFiles(in: place.path)
    }

    /// The directories of a user, made when first asked for.
    ///
    /// - Throws: `Errno`.
    func corner(of user: UserAccount?) throws(Errno) -> UserDirectories {
        let number = user?.userID ?? geteuid()
        if let corner = corners.withLock({ $0[number] }) { return corner }
        let corner = UserDirectories(
            start: try place.createDirectory("start-\(number)", of: user),
            room: try place.createDirectory("next-\(number)", of: user)
        )
        corners.withLock { $0[number] = corner }
        return corner
    }

    /// The state as it is now, of the user that has it.
    ///
    /// - Throws: `Errno`.
    func state(of user: UserAccount?) throws -> SavedState {
        SavedState(
            environment: try SmallFile.readPlain(files.environment),
            directory: try SmallFile.readPlain(files.directory),
            user: user
        )
    }

    /// The saved directory, if its name is UTF-8.
    ///
    /// - Throws: `Errno`.
    func directory() throws -> String? {
        let line = try SmallFile.readPlain(files.directory)
        return String(
            validating: line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...],
            as: UTF8.self
        )
    }

    /// Replaces the state and makes it its user's.
    ///
    /// - Throws: `Errno`.
    func put(_ state: SavedState) throws {
        try SmallFile.write(state.environment, to: files.environment, owner: state.user)
        try SmallFile.write(state.directory, to: files.directory, owner: state.user)
    }

    /// Writes the script of the next command.
    ///
    /// - Throws: `Errno`.
    func put(script text: String, for user: UserAccount?) throws {
        try SmallFile.write(Array(text.utf8), to: script, owner: user)
    }

    /// Takes what the user's command left, if it left anything.
    ///
    /// What is cut off is not taken: the next command would run without its variables, or elsewhere.
    ///
    /// - Throws: `Errno`, that of a full disk for what is cut off, or `SmallFile.Untrusted` when it is not a plain file of the user.
    func take(from user: UserAccount?) throws {
        let next = try corner(of: user).next
        let owner = user?.userID ?? owner
        let environment = try SmallFile.consume(next.environment, of: owner)
        let directory = try SmallFile.consume(next.directory, of: owner)
        // The shell's complaint is lost in the output: its script goes on, and exits as the command.
        if let environment, environment.last != UInt8(ascii: "\n") { throw Errno.noSpace }
        if let directory, directory.isEmpty { throw Errno.noSpace }
        for (left, kept) in [(environment, files.environment), (directory, files.directory)] {
            if let left { try SmallFile.write(left, to: kept, owner: user) }
        }
    }
}
