internal import BuildspecModel
internal import SystemPackage

/// The search for the interpreter of the commands.
///
/// Source: CodeBuild user guide, "Build specification reference": env/shell; the default is the
/// system's `/bin/sh`.
enum ShellLookup {
    /// Finds the shell in the execution environment.
    ///
    /// - Parameters:
    ///   - wanted: The value of `env.shell`.
    ///   - path: The build's `PATH`.
    ///   - execution: The execution environment.
    /// - Returns: The path of the shell, or the problem with it.
    static func find(
        _ wanted: Located<String>?,
        path: String?,
        in execution: any ExecutionEnvironment
    ) async -> (path: FilePath?, problem: SetupError.Problem?) {
        let name = wanted?.value ?? "/bin/sh"
        if let shell = await execution.firstProgram(of: candidates(name, path)) {
            return (shell, nil)
        }
        let reason =
            name.contains("/") ? "the program does not exist" : "it is not on the build's PATH"
        let problem = SetupError.Problem(
            "cannot run commands with the shell '\(name)': \(reason); install it or change 'env.shell'",
            at: wanted?.range
        )
        return (nil, problem)
    }

    private static func candidates(_ name: String, _ path: String?) -> [FilePath] {
        if name.contains("/") { return [FilePath(name)] }
        return SearchPath.candidates(for: name, in: path)
    }
}
