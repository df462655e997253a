internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec hash-files`, which is `codebuild-hash-files` in a build.
struct HashFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash-files",
        abstract: "Print one SHA-256 of all files that match globs, for cache keys.",
        discussion: """
            In a build, the command is on the PATH as 'codebuild-hash-files'. Equal files at equal \
            paths have equal hashes on every machine. CodeBuild does not publish how it combines \
            files, so its hash differs. A link is hashed as its target. If no file matches, the \
            command fails. If a glob matches no file, it prints a warning.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage],
                    [.cacheFailed: "no file matches, or a file could not be read"]
                )
            )
            """
    )

    @Argument(help: ArgumentHelp("Hash the files of these globs.", valueName: "glob"))
    var patterns: [String]

    @Option(
        help: ArgumentHelp(
            "Resolve relative globs from this directory. (default: $CODEBUILD_SRC_DIR, else the "
                + "current directory)",
            valueName: "dir"
        )
    )
    var root: String?

    func validate() throws {
        if root?.isEmpty == true { throw ValidationError("--root: '' is not a directory") }
    }

    func run() async throws {
        let source = Host.environment().variables["CODEBUILD_SRC_DIR"] ?? ""
        let root = root ?? (source.isEmpty ? "." : source)
        let files = try await reportingErrors {
            try HashFiles(patterns, in: Host.currentDirectory().pushing(.init(root)))
        }
        // A `**` over a tree with many links has a note for each link.
        let shown = files.notes.count > 6 ? Array(files.notes.prefix(5)) : files.notes
        let rest = files.notes.count - shown.count
        for note in shown + (rest > 0 ? ["and \(rest) more of these"] : []) {
            StandardStream.error.write("warning: codebuild-hash-files: \(note.oneLine)\n")
        }
        if let failure = files.failure {
            StandardStream.error.write("error: codebuild-hash-files: \(failure)".oneLine + "\n")
            throw ExitStatus.cacheFailed.exitCode
        }
        for pattern in files.unmatched {
            StandardStream.error.write(
                "warning: codebuild-hash-files: no file matches '\(pattern.oneLine)'\n"
            )
        }
        StandardStream.output.write(files.hash + "\n")
    }
}
