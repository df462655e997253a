internal import BuildspecFiles
public import SystemPackage

/// Which cache entries a project's builds on this machine consumed, for an audit.
///
/// It is another record than `CacheHistory`, which counts what successful builds cost: an audit needs
/// every entry that files came from, also those of builds that failed.
public enum RestoreLog {
    /// So many are kept.
    private static let mostEntries = 500
    private static let newline = UInt8(ascii: "\n")

    /// Reads a project's entries, the oldest first.
    ///
    /// - Parameters:
    ///   - project: the project's name.
    ///   - stateDirectory: the directory of the program's state.
    /// - Returns: the entries; none when nothing was restored yet.
    public static func read(of project: String, in stateDirectory: FilePath) -> [RestoredEntry] {
        let bytes = bytes(file(project, stateDirectory))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.suffix(mostEntries).compactMap(RestoredEntry.init)
    }

    /// Adds an entry; builds that restore at the same time are all kept.
    ///
    /// - Parameters:
    ///   - entry: what was restored.
    ///   - project: the project's name.
    ///   - stateDirectory: the directory of the program's state.
    /// - Returns: why it could not be kept, in one line.
    public static func add(
        _ entry: RestoredEntry,
        of project: String,
        in stateDirectory: FilePath
    ) -> String? {
        let file = file(project, stateDirectory)
        do {
            _ = try AtomicFile.openMaking(PathBytes(Array(file.split.directory)), access: .owner)
            let lock = FileLock.take(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
            defer { withExtendedLifetime(lock) {} }
            var lines = Array(lastLines(mostEntries - 1, of: bytes(file)))
            // What a crash has torn must not take the new line with it.
            if let last = lines.last, last != newline { lines.append(newline) }
            try AtomicFile.write(lines + Array((entry.line + "\n").utf8), to: file)
            return nil
        } catch {
            return "what was restored cannot be kept for 'cache audit': \(error)"
        }
    }

    private static func bytes(_ file: PathBytes) -> [UInt8] {
        (try? AtomicFile.read(file, limit: 8 << 20)) ?? nil ?? []
    }

    /// The end of a text; nothing is made of its lines, because a restore waits for it.
    private static func lastLines(_ count: Int, of bytes: [UInt8]) -> ArraySlice<UInt8> {
        var (start, lines) = (bytes.endIndex, 0)
        while start > 0 {
            if bytes[start - 1] == newline { lines += 1 }
            if lines > count { break }
            start -= 1
        }
        return bytes[start...]
    }

    private static func file(_ project: String, _ stateDirectory: FilePath) -> PathBytes {
        let directory = stateDirectory.appending("projects")
            .appending(BuildCounter.fileName(project))
        return PathBytes(directory.appending("cache-restores").string)
    }
}
