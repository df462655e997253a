internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec hash-files`, which a build knows as `codebuild-hash-files`.
struct HashFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash-files",
        abstract: "Print one SHA-256 over the files that some globs match.",
        discussion: """
            For cache keys: in a build it is on the PATH as 'codebuild-hash-files'. Equal files at \
            equal paths give equal hashes on every machine. CodeBuild does not publish how it \
            combines files, so its hash is another one. A link counts as what it leads to. \
            Without a file there is no hash, and a pattern that matches none is a warning.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage],
                    [.cacheFailed: "no file matches, or one could not be read"]
                )
            )
            """
    )

    @Argument(help: ArgumentHelp("Globs, relative to the root.", valueName: "glob"))
    var patterns: [String]

    @Option(
        help: ArgumentHelp(
            "Where relative globs start. (default: $CODEBUILD_SRC_DIR, else the current directory)",
            valueName: "dir"
        )
    )
    var root: String?

    func run() async throws {
        let source = Host.environment().variables["CODEBUILD_SRC_DIR"] ?? ""
        let root = root ?? (source.isEmpty ? "." : source)
        let files = try await reportingErrors {
            try HashFiles(patterns, in: Host.currentDirectory().pushing(.init(root)))
        }
        // A `**` over a tree of many links has a note for each of them.
        let shown = files.notes.count > 6 ? Array(files.notes.prefix(5)) : files.notes
        let rest = files.notes.count - shown.count
        for note in shown + (rest > 0 ? ["and \(rest) more like these"] : []) {
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
