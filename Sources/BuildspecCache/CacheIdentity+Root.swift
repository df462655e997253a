internal import BuildspecFiles

extension CacheIdentity {
    /// The same, with paths that lead to the root in a roundabout way written from the root.
    ///
    /// A shell that came into a directory through a link has the link's path in `$PWD`, and the root's own
    /// path has none. Both mean the same files, so they are the same entry. A path that takes in the root
    /// itself, or a directory above it, becomes `.`, which names no file.
    ///
    /// - Parameters:
    ///   - root: the root, without links.
    ///   - top: where absolute paths start; elsewhere than at `/` nothing of this machine is a link.
    /// - Returns: the identity.
    func settled(at root: PathBytes, _ top: PathBytes) -> CacheIdentity {
        guard top == PathBytes("/") else { return self }
        var identity = self
        identity.paths = paths.flatMap { CacheIdentity.settled($0, root) }
        return identity
    }

    private static func settled(_ path: String, _ root: PathBytes) -> [String] {
        let patterns = FilePattern.parse(path)
        let settled = patterns.map { pattern in
            pattern.coversPlace(root) ? FilePattern.root : pattern.settled(at: root)
        }
        guard settled != patterns.map({ $0.unclimbed(from: root).below(root) }) else {
            return [path]
        }
        return settled.map(\.declaration)
    }
}
