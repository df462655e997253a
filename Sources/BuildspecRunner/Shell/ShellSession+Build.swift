internal import BuildspecModel
internal import SystemPackage

extension ShellSession {
    /// The session of a build, in its place.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - setup: what is settled.
    ///   - directory: the build's private directory, in which the users are let through.
    ///   - output: where the commands' output goes.
    ///   - groups: where their process groups are noted.
    /// - Throws: `Errno`.
    convenience init(
        _ request: BuildRequest,
        _ setup: BuildSetup,
        in directory: PrivateDirectory,
        output: OutputMultiplexer,
        groups: ProcessGroups
    ) throws {
        if setup.users.hasOtherUsers { Pipe.openToEveryone(output.input) }
        let execution = setup.execution
        let helpers = try HelperCommands.install(
            in: directory.createOpenDirectory("bin"),
            executable: request.helperExecutable.flatMap(execution.programInside),
            pausing: request.debugging?.pausesAtBreakpoints == true ? setup.shell : nil
        )
        var environment = setup.environment
        environment.appendToPath(execution.pathInside(helpers).string)
        try self.init(
            InitialState(
                shell: setup.shell,
                variables: environment.variables,
                given: request.givenNames,
                version: request.buildspec.version,
                user: setup.users.defaultUser,
                debugging: request.debugging
            ),
            in: directory,
            at: execution,
            processes: execution.commandExecutor(
                output: output,
                groups: groups,
                grace: request.gracePeriod
            )
        )
    }
}
