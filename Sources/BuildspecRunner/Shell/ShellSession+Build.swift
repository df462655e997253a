internal import BuildspecModel
internal import SystemPackage

extension ShellSession {
    /// The session of a build, in a private directory that the build's users can get through.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - setup: what is settled.
    ///   - directory: the build's private directory, empty.
    ///   - pump: where the commands' output goes.
    ///   - groups: where their process groups are noted.
    /// - Throws: `Errno`.
    convenience init(
        _ request: BuildRequest,
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        output pump: OutputPump,
        groups: ProcessGroups
    ) throws {
        if setup.users.hasOthers {
            try directory.letOthersThrough()
            Pipe.openToEveryone(pump.input)
        }
        let helpers = try HelperCommands.install(
            in: directory.createOpenDirectory("bin"),
            executable: request.helperExecutable
        )
        let place = HostPlace(root: request.sourceDirectory)
        var environment = setup.environment
        environment.appendToPath(place.inside(helpers).string)
        try self.init(
            Beginning(
                shell: setup.shell,
                variables: environment.variables,
                given: request.givenNames,
                version: request.buildspec.version,
                user: setup.users.everywhere
            ),
            in: directory,
            at: place,
            processes: ProcessRunner(
                output: pump.input,
                groups: groups,
                grace: request.gracePeriod
            )
        )
    }
}
