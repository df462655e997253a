internal import BuildspecFiles

extension TreeWalk {
    /// Removes what a killed restore has left in the walked places.
    ///
    /// A restore puts things under temporary names into directories that are there already: those
    /// are the ones that were walked, and those on the way to them.
    ///
    /// - Returns: what to say of it, if there was anything.
    func removeLeftovers(_ roots: TreeRoots) -> String? {
        var cursor = TreeCursor(roots)
        var removed = Leftovers.remove(temporaries) { path throws(FileError) in
            try cursor.parent(of: path).directory
        }
        for path in passed {
            guard let (directory, _) = try? cursor.parent(of: path.appending(".".utf8)) else {
                continue
            }
            removed += Leftovers.removeAll(in: directory)
        }
        guard removed > 0 else { return nil }
        return "\(removed) unfinished \(removed == 1 ? "file" : "files") of a restore that was"
            + " killed \(removed == 1 ? "was" : "were") removed"
    }
}
