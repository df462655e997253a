internal import BuildspecFiles

/// The contents of a tree's source files and their stamps, so that unchanged files are not read.
///
/// It stays on the machine and only saves work; if it is damaged, it counts as missing.
struct SourceIndex: Sendable {
    fileprivate var record = SourceRecord()
    fileprivate var stamps: [InodeStamp?] = []

    fileprivate init(record: SourceRecord, stamps: [InodeStamp?]) {
        self.record = record
        self.stamps = stamps
    }

    /// Creates an index of hashed files, by the index of the tree's sources.
    init(_ sources: [WalkedEntry], _ files: [Int: SourceDigests.HashedFile]) {
        for (index, entry) in sources.enumerated() {
            guard let file = files[index] else { continue }
            let kind = SourceRecord.Kind.file(
                size: file.status.size,
                modified: file.status.modified,
                digest: file.digest
            )
            record.entries.append(SourceRecord.Entry(path: entry.path, kind: kind))
            stamps.append(InodeStamp(file.status))
        }
    }

    var count: Int { stamps.count }

    /// Finds the files that are unchanged by their status, by the index of the source.
    func unchanged(_ sources: [WalkedEntry]) -> [Int: SourceDigests.HashedFile] {
        var files: [Int: SourceDigests.HashedFile] = [:]
        var next = 0
        for (index, entry) in sources.enumerated() {
            while next < record.entries.count, record.entries[next].path < entry.path { next += 1 }
            guard next < record.entries.count else { break }
            guard record.entries[next].path == entry.path,
                case .file(let size, let modified, let digest) = record.entries[next].kind,
                entry.status.kind == .regular, entry.status.size == size,
                entry.status.modified == modified,
                stamps[next] == InodeStamp(entry.status)
            else { continue }
            files[index] = SourceDigests.HashedFile(digest: digest, status: entry.status)
        }
        return files
    }
}

/// The files in which this machine keeps a tree's source index: the record, and its stamps.
struct SourceIndexFile: Sendable {
    private let statIndex: StatIndexFile

    init?(_ settings: CacheSettings, _ set: PathSet, root: PathBytes, scope: String) {
        let file = StatIndexFile(settings, set, root: root, scope: scope, suffix: ".sources")
        guard let file else { return nil }
        statIndex = file
    }

    private var recordPath: PathBytes { PathBytes(statIndex.path.bytes + ".mtree".utf8) }

    /// Reads the index; `nil` if it is missing or damaged.
    func read() -> SourceIndex? {
        guard let index = statIndex.read(),
            let text = try? AtomicFile.read(recordPath, limit: UInt64(Limits.sourcesContent)),
            ContentDigest(of: text) == index.manifest,
            let record = try? SourceRecord.decode(text),
            record.entries.count == index.stamps.count
        else { return nil }
        return SourceIndex(record: record, stamps: index.stamps)
    }

    /// Writes the index; ignores errors.
    func write(_ index: SourceIndex) {
        let text = index.record.encode()
        try? AtomicFile.write(text, to: recordPath)
        statIndex.write(StatIndex(manifest: ContentDigest(of: text), stamps: index.stamps))
    }
}
