internal import SystemPackage

/// The commands that CodeBuild puts on the build's `PATH`.
enum HelperCommands {
    /// Writes them.
    ///
    /// - `codebuild-hash-files` prints a digest of files, for cache keys (CodeBuild user guide, "Cache
    ///   builds in Amazon S3").
    /// - `codebuild-breakpoint` and `codebuild-resume` do nothing in a build that is not debugged
    ///   (CodeBuild user guide, "Debug builds with Session Manager").
    ///
    /// - Parameters:
    ///   - directory: an empty directory.
    ///   - executable: the program that knows `hash-files`, as commands see it.
    /// - Returns: the directory.
    /// - Throws: `Errno`.
    static func install(in directory: FilePath, executable: FilePath?) throws -> FilePath {
        try write("exit 0", as: "codebuild-breakpoint", in: directory)
        try write("exit 0", as: "codebuild-resume", in: directory)
        if let executable {
            let program = ShellText.quoted(executable.string)
            try write(
                "exec \(program) hash-files \"$@\"",
                as: "codebuild-hash-files",
                in: directory
            )
        }
        return directory
    }

    private static func write(_ line: String, as name: String, in directory: FilePath) throws {
        try SmallFile.write(
            "#!/bin/sh\n\(line)\n",
            to: directory.appending(name),
            permissions: [
                .ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute,
            ]
        )
    }
}
