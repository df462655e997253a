internal import BuildspecFiles
internal import SystemPackage

/// The files that are never a part of an artifact: the directory that artifacts are collected into, and
/// the program's own files.
struct ArtifactBounds: Sendable {
    /// The directory that artifacts are collected into; `nil` for a bucket, or if it does not exist yet.
    let target: FileStatus.Identity?
    /// Whether the sources are in that directory.
    let containsSources: Bool
    /// The program's directories that do not contain the sources; no file in them is collected.
    let closed: Set<FileStatus.Identity>
    /// The files that earlier builds collected or exported and that are not a part of this build.
    private let earlierFiles: Set<FileStatus.Identity>
    /// The program's files and directories, each with its description.
    private let reserved: [FileStatus.Identity: String]

    /// Finds the files on the disk; `reservedPaths` are the program's files and directories.
    init(
        into directory: PathBytes?,
        root: PathBytes,
        reservedPaths: [(path: FilePath, what: String)],
        earlierFiles: Set<FileStatus.Identity> = []
    ) throws(FileError) {
        self.earlierFiles = earlierFiles
        target =
            if let directory { try ArtifactWalk.directory(directory)?.status().identity } else {
                nil
            }
        containsSources = directory.map { root == $0 || root.isWithin($0) } ?? false
        let sources = Machine.resolved(root)
        var found: [FileStatus.Identity: String] = [:]
        var closed: Set<FileStatus.Identity> = []
        for (path, what) in reservedPaths {
            let path = PathBytes(path.string)
            // A file that does not exist or is not accessible cannot be collected.
            guard let status = try? FileStatus.following(path) else { continue }
            found[status.identity] = what
            let resolved = Machine.resolved(path)
            if sources != resolved, !sources.isWithin(resolved) { closed.insert(status.identity) }
        }
        reserved = found
        self.closed = closed
    }

    /// The files and directories that a walk skips.
    var excluded: Set<FileStatus.Identity> {
        earlierFiles.union(reserved.keys).union([target].compactMap(\.self))
    }

    func isTarget(_ directory: PathBytes) throws(FileError) -> Bool {
        guard let target else { return false }
        return try ArtifactWalk.directory(directory)?.status().identity == target
    }

    /// Returns the message for a pattern that starts in the directory that artifacts are collected into.
    func insideTargetMessage(_ directory: PathBytes) -> String {
        "'\(directory.text)' is in the directory that the artifacts are collected into, so collecting "
            + "would replace its files; name another directory"
    }

    /// Returns a warning for each file or directory of the program that a pattern matches.
    func warnings(_ skipped: [FileStatus.Identity: PathBytes]) -> [String] {
        skipped.filter { $0.key != target }.sorted { $0.value < $1.value }
            .compactMap { identity, path in
                reserved[identity].map {
                    "'\(path.text)' is left out: it is \($0)"
                }
            }
    }

    /// Returns the end of the message that no file was found.
    func explanation(_ skipped: [FileStatus.Identity: PathBytes]) -> String {
        if let target, let path = skipped[target] {
            return
                "; '\(path.text)' is skipped: it is the directory that artifacts are collected into"
        }
        guard let (identity, path) = skipped.min(by: { $0.value < $1.value }),
            let what = reserved[identity]
        else { return "" }
        return "; '\(path.text)' is left out: it is \(what)"
    }
}
