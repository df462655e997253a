internal import BuildspecModel
internal import SystemPackage

/// The search for the interpreter of the commands.
///
/// Source: CodeBuild user guide, "Build specification reference": env/shell; the default is the
/// system's `/bin/sh`.
enum ShellLookup {
    /// Finds the shell in the execution environment; with a problem, the path is the wanted one.
    static func find(
        _ wanted: Located<String>?,
        _ environment: BuildEnvironment,
        in execution: any ExecutionEnvironment
    ) async -> (path: FilePath, problem: SetupError.Problem?) {
        let name = wanted?.value ?? "/bin/sh"
        let candidates =
            name.contains("/")
            ? [FilePath(name)] : SearchPath.candidates(for: name, in: environment.variables["PATH"])
        if let shell = await execution.firstProgram(of: candidates) { return (shell, nil) }
        let reason =
            name.contains("/") ? "the program does not exist" : "it is not on the build's PATH"
        let problem = SetupError.Problem(
            "cannot run commands with the shell '\(name)': \(reason); install it or change 'env.shell'",
            at: wanted?.range
        )
        return (FilePath(name), problem)
    }
}
