internal import BuildspecModel
internal import SystemPackage

/// Finds the interpreter of the commands.
///
/// Source: CodeBuild user guide, "Build specification reference": env/shell; the default is the
/// system's `/bin/sh`.
enum ShellLookup {
    /// The shell, or what is wrong with it.
    ///
    /// - Parameters:
    ///   - wanted: what `env.shell` says.
    ///   - path: the build's `PATH`.
    ///   - execution: where the build runs.
    /// - Returns: one of the two.
    static func find(
        _ wanted: Located<String>?,
        path: String?,
        at execution: any ExecutionEnvironment
    ) async -> (path: FilePath?, problem: SetupError.Problem?) {
        let name = wanted?.value ?? "/bin/sh"
        if let shell = await execution.firstProgram(of: candidates(name, path)) {
            return (shell, nil)
        }
        let reason =
            name.contains("/") ? "there is no such program" : "it is not on the build's PATH"
        let problem = SetupError.Problem(
            "cannot run commands with the shell '\(name)': \(reason); install it or change 'env.shell'",
            at: wanted?.range
        )
        return (nil, problem)
    }

    private static func candidates(_ name: String, _ path: String?) -> [FilePath] {
        if name.contains("/") { return [FilePath(name)] }
        let directories = (path ?? BuildEnvironment.standardPath).split(separator: ":")
        return directories.filter { $0.hasPrefix("/") }
            .map { FilePath(String($0)).appending(name) }
    }
}
