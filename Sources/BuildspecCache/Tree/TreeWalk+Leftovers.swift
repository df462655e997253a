internal import BuildspecFiles

extension TreeWalk {
    /// Removes the temporary files of a killed restore, and returns a note if there were any.
    ///
    /// A restore makes them in existing directories: walked ones, and those on the way to them.
    func removeLeftovers(_ roots: TreeRoots) -> String? {
        var cursor = TreeCursor(roots)
        var removed = Leftovers.remove(temporaries) { path throws(FileError) in
            try cursor.parent(of: path).directory
        }
        for path in traversed {
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
