/// Removes temporary files that killed processes have left.
///
/// Only files with a name from `TemporaryName` are removed, and only if their process has ended, so
/// the files of a running process stay. The directory keeps its modification time, because its
/// other contents do not change.
package enum Leftovers {
    /// Removes the leftovers at some paths.
    ///
    /// - Parameters:
    ///   - paths: Paths whose last names are temporary names.
    ///   - directory: Opens the parent directory of a path.
    /// - Returns: The number of removed leftovers; one that cannot be removed stays until the next
    ///   call.
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

    /// Removes the leftovers directly in a directory.
    ///
    /// - Parameters:
    ///   - directory: The directory.
    ///   - dryRun: Whether to count the leftovers only.
    /// - Returns: The number of removed leftovers.
    package static func removeAll(in directory: DirectoryHandle, dryRun: Bool = false) -> Int {
        let names = (try? directory.names()) ?? []
        return names.count {
            TemporaryName.matches($0) && remove($0, in: directory, dryRun: dryRun)
        }
    }

    /// Removes the leftovers directly in a directory that are regular files.
    ///
    /// - Parameters:
    ///   - directory: The directory.
    ///   - dryRun: Whether to count the leftovers only.
    /// - Returns: The number of removed leftovers.
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
