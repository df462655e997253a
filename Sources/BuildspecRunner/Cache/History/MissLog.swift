public import BuildspecCache
internal import BuildspecFiles
public import SystemPackage

/// The log of the misses of a project's builds on this machine, so that a miss can be explained after
/// the build has saved the entry that it missed.
public enum MissLog {
    private static let fileName = "cache-misses"
    private static let maximumEntries = 50

    /// Finds a project's last miss with the scope and key of `identity`; `nil` accepts any miss.
    public static func last(
        of identity: CacheIdentity?,
        project: String,
        in stateDirectory: FilePath
    ) -> MissedEntry? {
        lines(ProjectDirectory.file(fileName, of: project, in: stateDirectory)).reversed().lazy
            .compactMap { MissedEntry(line: $0) }
            .first { entry in
                guard let identity else { return true }
                return entry.identity.key == identity.key
                    && entry.identity.scope == identity.scope
            }
    }

    /// Finds the last miss of any project with the scope of `identity`, and with its key unless `anyKey`.
    public static func last(
        of identity: CacheIdentity,
        anyKey: Bool,
        in stateDirectory: FilePath
    ) -> MissedEntry? {
        let projects = PathBytes(stateDirectory.appending("projects").string)
        let names = (try? DirectoryHandle.open(projects).names()) ?? []
        return names.flatMap { lines(projects.appending($0).appending(fileName.utf8)) }
            .compactMap { MissedEntry(line: $0) }
            .filter { $0.identity.scope == identity.scope }
            .filter { anyKey || $0.identity.key == identity.key }
            .max { $0.time < $1.time }
    }

    /// Adds a miss to a project's log; a failure to write is ignored, because only later explanations
    /// need the log.
    static func add(_ entry: MissedEntry, project: String, in stateDirectory: FilePath) {
        guard let line = entry.line else { return }
        let file = ProjectDirectory.file(fileName, of: project, in: stateDirectory)
        _ = try? DirectoryHandle.creating(PathBytes(Array(file.split.directory)), access: .owner)
        let lock = FileLock.acquire(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        let all = (lines(file).map(String.init) + [line]).suffix(maximumEntries)
        try? AtomicFile.write(Array(all.map { $0 + "\n" }.joined().utf8), to: file)
    }

    private static func lines(_ file: PathBytes) -> [Substring] {
        let bytes = (try? AtomicFile.read(file, limit: 2 << 20)) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    }
}
