public import BuildspecCache
internal import BuildspecFiles
public import SystemPackage

/// The log of the misses of a project's builds on this machine, so that a miss can be explained after
/// the build has saved the entry that it missed.
public enum MissLog {
    /// The number of misses that are kept.
    private static let maximumEntries = 50

    /// Finds a project's last miss.
    ///
    /// - Parameters:
    ///   - identity: The identity whose scope and key the miss must have; `nil` accepts any miss.
    ///   - project: The project's name.
    ///   - stateDirectory: The state directory.
    /// - Returns: The miss; `nil` if none is recorded.
    public static func last(
        of identity: CacheIdentity?,
        project: String,
        in stateDirectory: FilePath
    ) -> MissedEntry? {
        lines(file(project, stateDirectory)).reversed().lazy
            .compactMap { MissedEntry(line: $0) }
            .first { entry in
                guard let identity else { return true }
                return entry.identity.key == identity.key
                    && entry.identity.scope == identity.scope
            }
    }

    /// Adds a miss to a project's log.
    ///
    /// A failure to write is ignored, because only later explanations need the log.
    static func add(_ entry: MissedEntry, project: String, in stateDirectory: FilePath) {
        guard let line = entry.line else { return }
        let file = file(project, stateDirectory)
        _ = try? DirectoryHandle.creating(PathBytes(Array(file.split.directory)))
        let lock = FileLock.acquire(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        let all = (lines(file).map(String.init) + [line]).suffix(maximumEntries)
        try? AtomicFile.write(Array(all.map { $0 + "\n" }.joined().utf8), to: file)
    }

    private static func lines(_ file: PathBytes) -> [Substring] {
        let bytes = (try? AtomicFile.read(file, limit: 2 << 20)) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    }

    private static func file(_ project: String, _ stateDirectory: FilePath) -> PathBytes {
        let directory = ProjectDirectory.path(of: project, in: stateDirectory)
        return PathBytes(directory.appending("cache-misses").string)
    }
}
