internal import BuildspecModel
internal import SystemPackage

extension ShellSession {
    /// Creates the session of a build in its execution environment.
    ///
    /// - Parameters:
    ///   - request: The build.
    ///   - setup: The setup of the build.
    ///   - directory: The build's private directory, which the build's users can traverse.
    ///   - output: The receiver of the commands' output.
    ///   - groups: The process groups of the build.
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
                setNames: request.givenNames,
                version: request.buildspec.version,
                user: setup.users.defaultUser,
                debugging: request.debugging
            ),
            in: directory,
            at: execution,
            executor: execution.commandExecutor(
                output: output,
                groups: groups,
                grace: request.gracePeriod
            )
        )
    }
}
