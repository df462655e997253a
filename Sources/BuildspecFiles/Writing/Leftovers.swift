/// Removes temporary files that killed processes have left.
///
/// Only files with a name from `TemporaryName` are removed, and only if their process has ended, so
/// the files of a running process stay. The directory keeps its modification time, because its
/// other contents do not change.
package enum Leftovers {
    /// Removes the leftovers at paths whose last names are temporary names, and returns their
    /// number.
    ///
    /// One that cannot be removed stays until the next call. `directory` opens the parent of a
    /// path.
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

    /// Removes the leftovers directly in a directory, or only counts them; returns their number.
    package static func removeAll(in directory: DirectoryHandle, dryRun: Bool = false) -> Int {
        let names = (try? directory.names()) ?? []
        return names.count {
            TemporaryName.matches($0) && remove($0, in: directory, dryRun: dryRun)
        }
    }

    /// Removes the leftovers directly in a directory that are regular files, as `removeAll` does.
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
        guard TemporaryName.isGenerated(name), let status = (try? directory.status(name)) ?? nil,
            TemporaryName.isAbandoned(name, changed: status.changed),
            let before = try? directory.status()
        else { return false }
        if dryRun { return true }
        guard (try? directory.removeTree(name)) != nil else { return false }
        try? directory.setModified(".".utf8, before.modified)
        return true
    }
}
