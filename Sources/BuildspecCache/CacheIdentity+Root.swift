internal import BuildspecFiles

extension CacheIdentity {
    /// The same, with absolute paths that lead to the root through a link written by the root's own path.
    ///
    /// A shell that came into a directory through a link has the link's path in `$PWD`, and the root's own
    /// path has none. Both mean the same files, so they are the same entry.
    ///
    /// - Parameters:
    ///   - root: the root, without links.
    ///   - top: where absolute paths start; elsewhere than at `/` nothing of this machine is a link.
    /// - Returns: the identity.
    func settled(at root: PathBytes, _ top: PathBytes) -> CacheIdentity {
        guard top == PathBytes("/") else { return self }
        var identity = self
        identity.paths = paths.map { CacheIdentity.settled($0, root) }
        return identity
    }

    private static func settled(_ path: String, _ root: PathBytes) -> String {
        guard path.hasPrefix("/"), !path.hasPrefix(root.text + "/") else { return path }
        let names = path.split(separator: "/")
        var place = PathBytes("/")
        for (count, name) in names.enumerated() {
            // Behind a pattern or a '..' it is not the path's text that says where it leads.
            guard name != "..", !name.contains(where: "*?[]{}\\".contains) else { return path }
            place = place.appending(name.utf8)
            guard let real = try? Machine.absolute(place) else { return path }
            if real == root {
                let rest = names.dropFirst(count + 1).joined(separator: "/")
                return rest.isEmpty ? root.text : root.text + "/" + rest
            }
        }
        return path
    }
}
