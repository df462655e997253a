internal import SystemPackage

/// The commands that CodeBuild puts on the build's `PATH`.
enum HelperCommands {
    /// Writes them.
    ///
    /// - `codebuild-hash-files` prints a digest of files, for cache keys (CodeBuild user guide, "Cache
    ///   builds in Amazon S3").
    /// - `codebuild-breakpoint` and `codebuild-resume` only say that they do nothing in a build that
    ///   is not debugged (CodeBuild user guide, "Debug builds with Session Manager").
    ///
    /// - Parameters:
    ///   - directory: an empty directory.
    ///   - executable: the program that knows `hash-files`, as commands see it.
    ///   - pausing: the build's shell, if the build pauses at breakpoints.
    /// - Returns: the directory.
    /// - Throws: `Errno`.
    static func install(
        in directory: FilePath,
        executable: FilePath?,
        pausing: FilePath?
    ) throws -> FilePath {
        if let pausing {
            // The build's shell, because it knows how to write what it can read again.
            try write(
                DebugScript.breakpoint,
                for: pausing,
                as: "codebuild-breakpoint",
                in: directory
            )
        } else {
            try write(DebugScript.ignoredBreakpoint, as: "codebuild-breakpoint", in: directory)
        }
        try write(DebugScript.resume, as: "codebuild-resume", in: directory)
        if let executable {
            let program = ShellText.quoted(executable.string)
            try write(
                hashFiles(program),
                as: "codebuild-hash-files",
                in: directory
            )
        }
        return directory
    }

    /// Calls the program; while a key is evaluated, also leaves the last line of what it says when it
    /// fails in a file, since the status of a command in a pipe is lost.
    private static func hashFiles(_ program: String) -> String {
        """
        [ -n "$\(KeyScript.failures)" ] || exec \(program) hash-files "$@"
        { said=$(\(program) hash-files "$@" 2>&1 >&3); status=$?; } 3>&1
        [ -z "$said" ] || printf '%s\\n' "$said" >&2
        [ "$status" -eq 0 ] || printf '%s\\n' "${said##*
        }" >"$\(KeyScript.failures)"
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
