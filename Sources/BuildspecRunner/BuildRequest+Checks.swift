internal import BuildspecModel
internal import SystemPackage

extension BuildRequest {
    /// Refuses directories in which commands would not run, or that would depend on where this process
    /// happens to be.
    ///
    /// - Throws: `SetupError`.
    func checkDirectories() throws {
        var problems: [SetupError.Problem] = []
        if let path = artifactsDirectory, path.isRelative {
            problems.append(
                SetupError.Problem("the artifacts directory '\(path)' is not an absolute path")
            )
        }
        if sourceDirectory.isRelative {
            problems.append(
                SetupError.Problem(
                    "the source directory '\(sourceDirectory)' is not an absolute path"
                )
            )
        } else if FileProbe(sourceDirectory)?.isDirectory != true {
            let state =
                FileProbe(sourceDirectory) == nil ? "does not exist" : "is not a directory"
            problems.append(
                SetupError.Problem("the source directory '\(sourceDirectory)' \(state)")
            )
        }
        guard problems.isEmpty else { throw SetupError(problems) }
    }

    /// Refuses a file that only says which builds a batch starts: a build of it runs nothing, and its
    /// success means nothing.
    ///
    /// - Throws: `SetupError`.
    func checkCommands() throws {
        guard let batch = buildspec.batch, buildspec.isOnlyBatch else { return }
        let files = batch.buildspecPaths
        let remedy =
            files.isEmpty
            ? "run the buildspec of one of its builds"
            : "run one of its builds: "
                + files.prefix(3).map { "'--buildspec \($0.value)'" }.joined(separator: ", ")
                + (files.count > 3 ? " and \(files.count - 3) more" : "")
        throw SetupError([
            SetupError.Problem(
                "this buildspec has a batch\(BuildSetup.size(of: batch)) and no commands of its own;"
                    + " a single build of it does nothing, and batches cannot be run here yet; \(remedy)",
                at: batch.range
            )
        ])
    }
}
