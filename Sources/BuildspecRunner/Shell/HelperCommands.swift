internal import SystemPackage

/// The commands that CodeBuild puts on the build's `PATH`.
enum HelperCommands {
    /// Writes the commands to an empty directory, and returns it.
    ///
    /// - `codebuild-hash-files` prints a digest of files, for cache keys (CodeBuild user guide, "Cache
    ///   builds in Amazon S3").
    /// - `codebuild-breakpoint` and `codebuild-resume` pause and continue a build that is debugged, and
    ///   print one line in other builds (CodeBuild user guide, "Debug builds with Session Manager").
    ///
    /// `executable` is the program with the subcommand `hash-files`, as commands see it; `pausing` is the
    /// build's shell, if the build pauses at breakpoints.
    static func install(
        in directory: FilePath,
        executable: FilePath?,
        pausing: FilePath?
    ) throws -> FilePath {
        // The build's shell writes the environment, because the same shell must read it.
        try write(
            pausing == nil ? DebugScript.ignoredBreakpoint : DebugScript.breakpoint,
            for: pausing ?? "/bin/sh",
            as: "codebuild-breakpoint",
            in: directory
        )
        try write(DebugScript.resume, as: "codebuild-resume", in: directory)
        if let executable {
            let script = hashFiles(ShellText.quoted(executable.string))
            try write(script, as: "codebuild-hash-files", in: directory)
        }
        return directory
    }

    /// Returns the script that calls the program.
    ///
    /// While a key is evaluated, the script also writes the last line of the error to a file, because
    /// the exit status of a command in a pipe is lost.
    private static func hashFiles(_ program: String) -> String {
        """
        [ -n "$\(KeyScript.failureVariable)" ] || exec \(program) hash-files "$@"
        { said=$(\(program) hash-files "$@" 2>&1 >&3); status=$?; } 3>&1
        [ -z "$said" ] || printf '%s\\n' "$said" >&2
        [ "$status" -eq 0 ] || printf '%s\\n' "${said##*
        }" >"$\(KeyScript.failureVariable)"
        exit "$status"
        """
    }

    private static func write(
        _ text: String,
        for shell: FilePath = "/bin/sh",
        as name: String,
        in directory: FilePath
    ) throws {
        try SmallFile.write(
            "#!\(shell)\n\(text)\n",
            to: directory.appending(name),
            permissions: [
                .ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute,
            ]
        )
    }
}
