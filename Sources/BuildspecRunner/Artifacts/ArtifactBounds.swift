internal import BuildspecFiles
internal import SystemPackage

/// What is never a part of an artifact: the directory that artifacts are collected into, and what the
/// program itself keeps among the build's files.
struct ArtifactBounds: Sendable {
    /// The directory that is collected into; `nil` before there is one.
    let target: FileStatus.Identity?
    /// Whether the sources lie in that directory.
    let holdsSources: Bool
    /// The program's directories, other than those that hold the sources: nothing in them is collected.
    let closed: Set<FileStatus.Identity>
    /// The files and directories of the program, with what they are to it.
    private let own: [FileStatus.Identity: String]

    /// Looks at what there is.
    ///
    /// - Parameters:
    ///   - directory: the directory that is collected into.
    ///   - root: the source root.
    ///   - own: the program's files and directories, with what they are to it.
    /// - Throws: `FileError` when one of them cannot be looked at.
    init(
        into directory: PathBytes,
        root: PathBytes,
        own: [(path: FilePath, what: String)]
    ) throws(FileError) {
        target = try ArtifactWalk.directory(directory)?.status().identity
        holdsSources = root == directory || root.isWithin(directory)
        let sources = Machine.settled(root)
        var found: [FileStatus.Identity: String] = [:]
        var closed: Set<FileStatus.Identity> = []
        for place in own {
            // What is not there, or not to be seen, is in no artifact.
            let status = try? FileStatus.following(PathBytes(place.path.string))
            guard let status else { continue }
            found[status.identity] = place.what
            let settled = Machine.settled(PathBytes(place.path.string))
            if sources != settled, !sources.isWithin(settled) { closed.insert(status.identity) }
        }
        self.own = found
        self.closed = closed
    }

    /// What a walk passes over.
    var excluded: Set<FileStatus.Identity> {
        Set(own.keys).union([target].compactMap(\.self))
    }

    /// Whether a directory is the one that is collected into.
    func isTarget(_ directory: PathBytes) throws(FileError) -> Bool {
        guard let target else { return false }
        return try ArtifactWalk.directory(directory)?.status().identity == target
    }

    /// Why nothing is collected from a directory in the one that is collected into.
    func insideTarget(_ directory: PathBytes) -> String {
        "'\(directory.text)' lies in the directory that the artifacts are collected into, so that its "
            + "own files would be replaced; collect into another directory"
    }

    /// A line for each file or directory of the program that a pattern matches.
    func warnings(_ passedOver: [FileStatus.Identity: PathBytes]) -> [String] {
        passedOver.filter { $0.key != target }.sorted { $0.value < $1.value }
            .compactMap { identity, path in
                own[identity].map { "'\(path.text)' is left out of the artifacts: it is \($0)" }
            }
    }

    /// The end of a message that says that nothing was found.
    func explanation(_ passedOver: [FileStatus.Identity: PathBytes]) -> String {
        if let target, let path = passedOver[target] {
            return
                "; '\(path.text)' is the directory that they are collected into and is passed over"
        }
        guard let (identity, path) = passedOver.min(by: { $0.value < $1.value }),
            let what = own[identity]
        else { return "" }
        return "; '\(path.text)' is left out: it is \(what)"
    }
}
