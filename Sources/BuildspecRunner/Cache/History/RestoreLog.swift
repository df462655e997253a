internal import BuildspecFiles
public import SystemPackage

/// The log of the cache entries that a project's builds on this machine restored, for an audit.
///
/// `CacheHistory` does not replace it, because that has only successful builds. An audit needs every
/// entry that files came from.
public enum RestoreLog {
    private static let fileName = "cache-restores"
    private static let maximumEntries = 500
    private static let newline = UInt8(ascii: "\n")

    /// Reads the restored entries of a project's log, the oldest first.
    public static func read(of project: String, in stateDirectory: FilePath) -> [RestoredEntry] {
        let bytes = bytes(ProjectDirectory.file(fileName, of: project, in: stateDirectory))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.suffix(maximumEntries).compactMap(RestoredEntry.init)
    }

    /// Adds an entry to a project's log; entries of builds that restore at the same time are all kept.
    ///
    /// - Returns: The error in one line; `nil` if the entry was written.
    public static func add(
        _ entry: RestoredEntry,
        of project: String,
        in stateDirectory: FilePath
    ) -> String? {
        let file = ProjectDirectory.file(fileName, of: project, in: stateDirectory)
        do {
            _ = try DirectoryHandle.creating(PathBytes(Array(file.split.directory)), access: .owner)
            let lock = FileLock.acquire(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
            defer { withExtendedLifetime(lock) {} }
            var lines = Array(lastLines(maximumEntries - 1, of: bytes(file)))
            // A line that a crash cut off must not swallow the new line.
            if let last = lines.last, last != newline { lines.append(newline) }
            try AtomicFile.write(lines + Array((entry.line + "\n").utf8), to: file)
            return nil
        } catch {
            return "cannot record the restored entry for 'cache audit': \(error)"
        }
    }

    private static func bytes(_ file: PathBytes) -> [UInt8] {
        (try? AtomicFile.read(file, limit: 8 << 20)) ?? nil ?? []
    }

    /// Returns the last `count` lines of a text, without parsing them, because a restore waits for this.
    private static func lastLines(_ count: Int, of bytes: [UInt8]) -> ArraySlice<UInt8> {
        var (start, lines) = (bytes.endIndex, 0)
        while start > 0 {
            if bytes[start - 1] == newline { lines += 1 }
            if lines > count { break }
            start -= 1
        }
        return bytes[start...]
    }
}
