/// Removes what processes that were killed have left under temporary names.
///
/// Only what `TemporaryName` made is ever removed, and only when its process is known to be gone;
/// what a running one is about to put in place stays. The directory keeps its time: nothing that
/// counts has changed in it.
package enum Leftovers {
    /// Removes the leftovers among some paths.
    ///
    /// - Parameters:
    ///   - paths: paths whose last names are temporary names.
    ///   - directory: finds the directory that holds a path.
    /// - Returns: how many were removed; what cannot be removed is left to the next time.
    package static func remove(
        _ paths: some Sequence<PathBytes>,
        in directory: (PathBytes) throws(FileError) -> DirectoryHandle
    ) -> Int {
        var removed = 0
        for path in paths {
            guard let parent = try? directory(path) else { continue }
            if remove(path.split.name, in: parent) { removed += 1 }
        }
        return removed
    }

    /// Removes the leftovers that lie directly in a directory.
    ///
    /// - Parameters:
    ///   - directory: the directory.
    ///   - dryRun: whether to count only.
    /// - Returns: how many were removed.
    package static func removeAll(in directory: DirectoryHandle, dryRun: Bool = false) -> Int {
        let names = (try? directory.names()) ?? []
        return names.count {
            TemporaryName.matches($0) && remove($0, in: directory, dryRun: dryRun)
        }
    }

    /// Removes the files among the leftovers that lie directly in a directory.
    ///
    /// - Parameters:
    ///   - directory: the directory.
    ///   - dryRun: whether to count only.
    /// - Returns: how many were removed.
    package static func removeFiles(in directory: DirectoryHandle, dryRun: Bool = false) -> Int {
        let names = (try? directory.names()) ?? []
        return names.count {
            TemporaryName.matches($0) && (try? directory.status($0))??.kind == .regular
                && remove($0, in: directory, dryRun: dryRun)
        }
    }

    private static func remove(
        _ name: some Collection<UInt8>,
        in directory: DirectoryHandle,
        dryRun: Bool = false
    ) -> Bool {
        guard TemporaryName.isOwn(name), let status = (try? directory.status(name)) ?? nil,
            TemporaryName.isAbandoned(name, changed: status.changed),
            let before = try? directory.status()
        else { return false }
        if dryRun { return true }
        guard (try? directory.removeTree(name)) != nil else { return false }
        try? directory.setModified(".".utf8, before.modified)
        return true
    }
}
