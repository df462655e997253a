internal import BuildspecFiles

/// What this machine saw of a tree's files when they last were what a manifest says.
///
/// A file whose size, times and identity are still those has still that content, so a save need not
/// read it. The index only saves work: it stays on the machine, and whatever is wrong with it
/// counts as none.
struct StatIndex: Sendable, Equatable {
    /// What identifies a file's state beside the size, mode and time in the manifest.
    struct Mark: Sendable, Hashable {
        var inode: UInt64
        var device: UInt64
        /// The time of last status change, which programs cannot set back.
        var changed: FileTime

        init(_ status: FileStatus) {
            inode = status.inode
            device = status.device
            changed = status.changed
        }

        init(inode: UInt64, device: UInt64, changed: FileTime) {
            self.inode = inode
            self.device = device
            self.changed = changed
        }
    }

    /// The manifest that the marks belong to.
    var manifest: ContentDigest
    /// The mark of each of the manifest's entries; `nil` where nothing is known.
    var marks: [Mark?]

    /// A file changed this shortly before the index was made may change again unseen, because
    /// file systems take the time from a clock that ticks every few milliseconds.
    private static let tick: Int64 = 50_000_000

    /// Keeps only marks that are safe at the time `now`.
    mutating func dropRecent(now: FileTime) {
        for (index, mark) in marks.enumerated() {
            guard let mark else { continue }
            let seconds = now.seconds - mark.changed.seconds
            let nanoseconds = Int64(now.nanoseconds) - Int64(mark.changed.nanoseconds)
            if seconds < 2, seconds * 1_000_000_000 + nanoseconds < StatIndex.tick {
                marks[index] = nil
            }
        }
    }

    // MARK: Bytes

    private static let head = Array("buildspec-stat 1\n".utf8)
    private static let markSize = 28

    func encode() -> [UInt8] {
        var bytes = StatIndex.head + manifest.hexBytes
        bytes.reserveCapacity(bytes.count + marks.count * StatIndex.markSize + 64)
        for mark in marks {
            append(mark?.inode ?? 0, to: &bytes)
            append(mark?.device ?? 0, to: &bytes)
            append(UInt64(bitPattern: mark?.changed.seconds ?? 0), to: &bytes)
            append(UInt32(bitPattern: mark?.changed.nanoseconds ?? -1), to: &bytes)
        }
        return bytes + ContentDigest(of: bytes).hexBytes
    }

    /// Reads an index; `nil` for bytes that are none.
    init?(_ bytes: [UInt8]) {
        let start = StatIndex.head.count + 64
        let end = bytes.count - 64
        guard end >= start, (end - start) % StatIndex.markSize == 0,
            bytes.starts(with: StatIndex.head),
            let manifest = ContentDigest(hex: bytes[StatIndex.head.count..<start]),
            ContentDigest(hex: bytes[end...]) == ContentDigest(of: bytes, 0..<end)
        else { return nil }
        self.manifest = manifest
        marks = []
        marks.reserveCapacity((end - start) / StatIndex.markSize)
        var place = start
        while place < end {
            let inode: UInt64 = StatIndex.read(bytes, &place)
            let device: UInt64 = StatIndex.read(bytes, &place)
            let seconds: UInt64 = StatIndex.read(bytes, &place)
            let nanoseconds: UInt32 = StatIndex.read(bytes, &place)
            let time = FileTime(
                seconds: Int64(bitPattern: seconds),
                nanoseconds: Int32(bitPattern: nanoseconds)
            )
            let isKnown = time.nanoseconds >= 0
            marks.append(isKnown ? Mark(inode: inode, device: device, changed: time) : nil)
        }
    }

    init(manifest: ContentDigest, marks: [Mark?]) {
        self.manifest = manifest
        self.marks = marks
    }

    private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func read<Value: FixedWidthInteger & UnsignedInteger>(
        _ bytes: [UInt8],
        _ place: inout Int
    ) -> Value {
        var value: Value = 0
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            value |= Value(bytes[place]) << Value(shift)
            place += 1
        }
        return value
    }
}

/// Where this machine keeps a tree's index.
struct StatIndexFile: Sendable {
    private let path: PathBytes

    /// Names the file after everything that the tree and the entry are identified by.
    init?(_ settings: CacheSettings, root: PathBytes, scope: String, version: ContentDigest) {
        guard let directory = settings.indexDirectory else { return nil }
        let identity = [root.text, settings.store.location, scope, version.hex]
        let name = ContentDigest(of: Array(identity.joined(separator: "\0").utf8)).hex
        path = directory.appending((name + ".stat").utf8)
    }

    func read() -> StatIndex? {
        (try? AtomicFile.read(path, limit: 1 << 30)).flatMap { $0 }.flatMap(StatIndex.init)
    }

    /// Writes the index; that it cannot be written is no harm.
    func write(_ index: StatIndex) {
        var index = index
        index.dropRecent(now: .now())
        try? AtomicFile.write(index.encode(), to: path)
        guard let directory = try? DirectoryHandle.open(PathBytes(Array(path.split.directory)))
        else { return }
        _ = Leftovers.removeAll(in: directory)
    }
}
