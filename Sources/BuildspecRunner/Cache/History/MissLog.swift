public import BuildspecCache
internal import BuildspecFiles
public import SystemPackage

/// What a project's builds on this machine asked their cache for in vain, so that a miss can be
/// explained after the build has saved what it missed.
public enum MissLog {
    /// So many are kept.
    private static let most = 50

    /// Finds a project's last miss.
    ///
    /// - Parameters:
    ///   - identity: what it must have asked for, if its key was this one; `nil` takes any.
    ///   - project: the project's name.
    ///   - stateDirectory: the directory of the program's state.
    /// - Returns: the miss; `nil` when none is known.
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

    /// Adds a miss; what cannot be written is only lost for later.
    static func add(_ entry: MissedEntry, project: String, in stateDirectory: FilePath) {
        guard let line = entry.line else { return }
        let file = file(project, stateDirectory)
        _ = try? AtomicFile.openMaking(PathBytes(Array(file.split.directory)))
        let lock = FileLock.take(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        let all = (lines(file).map(String.init) + [line]).suffix(most)
        try? AtomicFile.write(Array(all.map { $0 + "\n" }.joined().utf8), to: file)
    }

    private static func lines(_ file: PathBytes) -> [Substring] {
        let bytes = (try? AtomicFile.read(file, limit: 2 << 20)) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    }

    private static func file(_ project: String, _ stateDirectory: FilePath) -> PathBytes {
        let directory = stateDirectory.appending("projects")
            .appending(BuildCounter.fileName(project))
        return PathBytes(directory.appending("cache-misses").string)
    }
}
