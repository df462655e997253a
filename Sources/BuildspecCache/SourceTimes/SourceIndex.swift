internal import BuildspecFiles

/// What this machine saw of a tree's sources, so that those that are as they were are not read.
///
/// It only saves work, like the index of cached files: it stays on the machine, and whatever is
/// wrong with it counts as none.
struct SourceIndex: Sendable {
    private var record: SourceRecord
    private var marks: [StatIndex.Mark?]

    /// Notes what was seen, by the places of the tree's sources.
    init(_ sources: [WalkedEntry], _ seen: [Int: SourceDigests.Seen]) {
        record = SourceRecord()
        marks = []
        for (place, entry) in sources.enumerated() {
            guard let file = seen[place] else { continue }
            let kind = SourceRecord.Kind.file(
                size: file.status.size,
                modified: file.status.modified,
                digest: file.digest
            )
            record.entries.append(SourceRecord.Entry(path: entry.path, kind: kind))
            marks.append(StatIndex.Mark(file.status))
        }
    }

    /// How many files it knows.
    var count: Int { marks.count }

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
                marks[next] == StatIndex.Mark(entry.status)
            else { continue }
            seen[place] = SourceDigests.Seen(digest: digest, status: entry.status)
        }
        return seen
    }
}

/// Where this machine keeps a tree's source index: the record, and the marks that belong to it.
struct SourceIndexFile: Sendable {
    private let marks: StatIndexFile

    init?(_ settings: CacheSettings, root: PathBytes, scope: String, version: ContentDigest) {
        let file = StatIndexFile(
            settings,
            root: root,
            scope: scope,
            version: version,
            suffix: ".sources"
        )
        guard let file else { return nil }
        marks = file
    }

    private var record: PathBytes { PathBytes(marks.path.bytes + ".mtree".utf8) }

    func read() -> SourceIndex? {
        guard let marks = marks.read(),
            let text = try? AtomicFile.read(record, limit: UInt64(Limits.sourcesContent)),
            ContentDigest(of: text) == marks.manifest,
            let record = try? SourceRecord.decode(text),
            record.entries.count == marks.marks.count
        else { return nil }
        return SourceIndex(record: record, marks: marks.marks)
    }

    /// Writes the index; that it cannot be written is no harm.
    func write(_ index: SourceIndex) {
        let text = index.encodedRecord
        try? AtomicFile.write(text, to: record)
        marks.write(StatIndex(manifest: ContentDigest(of: text), marks: index.allMarks))
    }
}

extension SourceIndex {
    fileprivate init(record: SourceRecord, marks: [StatIndex.Mark?]) {
        self.record = record
        self.marks = marks
    }

    fileprivate var encodedRecord: [UInt8] { record.encode() }
    fileprivate var allMarks: [StatIndex.Mark?] { marks }
}
