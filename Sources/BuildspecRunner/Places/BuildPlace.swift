internal import SystemPackage

/// A process to start on this machine so that a program runs in a build's place.
struct Launch: Sendable, Equatable {
    /// What to start.
    var program: FilePath
    /// Its arguments, without its name.
    var arguments: [String]
    /// Where it starts.
    var directory: FilePath
    /// Whom it is started as, where that is not the user that runs the build.
    var user: UserAccount?
}

/// Where a build's commands run.
///
/// The runner keeps sources, state, cache and artifacts on this machine and reaches them by their
/// own paths, the outside; commands may see them elsewhere, the inside.
protocol BuildPlace: Sendable {
    /// The source root as commands see it.
    var root: FilePath { get }

    /// The path by which commands see something in the build's private directory.
    func inside(_ path: FilePath) -> FilePath

    /// What to start so that a program runs in this place.
    ///
    /// - Parameters:
    ///   - program: the program's path inside.
    ///   - arguments: its arguments.
    ///   - directory: where it starts, an outside path in the build's private directory.
    ///   - user: whom it runs as; `nil` is the user that runs the build.
    /// - Returns: the process to start.
    func launch(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> Launch
}

/// This machine as it is.
struct HostPlace: BuildPlace {
    /// The source root, inside as outside.
    let root: FilePath

    /// The same path.
    func inside(_ path: FilePath) -> FilePath { path }

    /// The program itself, as the user.
    func launch(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        as user: UserAccount?
    ) -> Launch {
        UserSwitch.applied(
            to: Launch(program: program, arguments: arguments, directory: directory, user: user)
        )
    }
}
