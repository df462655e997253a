internal import BuildspecFiles

/// The files that a build may read after its commands: those that the commands could read.
struct CollectableFiles: Sendable {
    /// Whether links can only lead to allowed directories, because other users than the one that reads
    /// could have made the links.
    let isConfined: Bool
    /// The paths of this machine that commands see; `nil` for all.
    let visiblePaths: VisiblePaths?

    /// Returns why a file must not be read, after its links are resolved.
    ///
    /// A confined build is limited to the `allowed` directories, which are without links.
    func obstacle(toReading path: PathBytes, _ allowed: [PathBytes]) throws -> String? {
        guard isConfined || visiblePaths != nil else { return nil }
        let file = try Machine.absolute(path)
        if isConfined, !allowed.contains(where: file.isWithin) {
            return "a link leads out of the sources, and a build with 'run-as' does not follow it"
        }
        guard let visiblePaths, !visiblePaths.contains(file) else { return nil }
        return "it is '\(file.text)' of this machine, which the build's commands do not see"
    }
}
