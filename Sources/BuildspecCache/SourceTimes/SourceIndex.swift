internal import BuildspecFiles

/// What this machine saw of a tree's sources, so that those that are as they were are not read.
///
/// It only saves work, like the index of cached files: it stays on the machine, and whatever is
/// wrong with it counts as none.
struct SourceIndex: Sendable {
    private var record: SourceRecord
    private var stamps: [InodeStamp?]

    /// Notes what was seen, by the places of the tree's sources.
    init(_ sources: [WalkedEntry], _ seen: [Int: SourceDigests.Seen]) {
        record = SourceRecord()
        stamps = []
        for (place, entry) in sources.enumerated() {
            guard let file = seen[place] else { continue }
            let kind = SourceRecord.Kind.file(
                size: file.status.size,
                modified: file.status.modified,
                digest: file.digest
            )
            record.entries.append(SourceRecord.Entry(path: entry.path, kind: kind))
            stamps.append(InodeStamp(file.status))
        }
    }

    /// How many files it knows.
    var count: Int { stamps.count }

    /// The contents of files that are, by their status, what they were, by place.
    func unchanged(_ sources: [WalkedEntry]) -> [Int: SourceDigests.Seen] {
        var seen: [Int: SourceDigests.Seen] = [:]
        var next = 0
        for (place, entry) in sources.enumerated() {
            while next < record.entries.count, record.entries[next].path < entry.path { next += 1 }
            guard next < record.entries.count else { break }
            guard record.entries[next].path == entry.path,
                case .file(let size, let modified, let digest) = record.entries[next].kind,
                entry.status.kind == .regular, entry.status.size == size,
                entry.status.modified == modified,
                stamps[next] == InodeStamp(entry.status)
            else { continue }
            seen[place] = SourceDigests.Seen(digest: digest, status: entry.status)
        }
        return seen
    }
}

/// Where this machine keeps a tree's source index: the record, and the stamps that belong to it.
struct SourceIndexFile: Sendable {
    private let stamps: StatIndexFile

    init?(_ settings: CacheSettings, root: PathBytes, scope: String, version: ContentDigest) {
        let file = StatIndexFile(
            settings,
            root: root,
            scope: scope,
            version: version,
            suffix: ".sources"
        )
        guard let file else { return nil }
        stamps = file
    }

    private var record: PathBytes { PathBytes(stamps.path.bytes + ".mtree".utf8) }

    func read() -> SourceIndex? {
        guard let stamps = stamps.read(),
            let text = try? AtomicFile.read(record, limit: UInt64(Limits.sourcesContent)),
            ContentDigest(of: text) == stamps.manifest,
            let record = try? SourceRecord.decode(text),
            record.entries.count == stamps.stamps.count
        else { return nil }
        return SourceIndex(record: record, stamps: stamps.stamps)
    }

    /// Writes the index; that it cannot be written is no harm.
    func write(_ index: SourceIndex) {
        let text = index.encodedRecord
        try? AtomicFile.write(text, to: record)
        stamps.write(StatIndex(manifest: ContentDigest(of: text), stamps: index.allStamps))
    }
}

extension SourceIndex {
    fileprivate init(record: SourceRecord, stamps: [InodeStamp?]) {
        self.record = record
        self.stamps = stamps
    }

    fileprivate var encodedRecord: [UInt8] { record.encode() }
    fileprivate var allStamps: [InodeStamp?] { stamps }
}
