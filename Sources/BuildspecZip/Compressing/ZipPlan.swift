internal import BuildspecFiles

/// The division of the entries into jobs, in the order of the entries.
///
/// The division depends on the sizes of the files alone, so that the archive has the same bytes
/// whatever the number of jobs is that run at the same time.
struct ZipPlan: ~Copyable {
    /// A larger file is compressed in parts.
    static let largestWhole = 4 << 20
    static let partSize = 1 << 20
    private static let largestBatch = 256

    private let entries: [ZipEntry]
    private let options: ZipOptions
    private let now: Int64
    private var index = 0
    /// The file that is divided into parts, with the position of the next part.
    private var large: (part: ZipPart, offset: UInt64)?

    private(set) var files = 0
    /// The names that are not UTF-8: the first one, and their number.
    private(set) var foreignNames: (first: String, count: Int)?

    init(_ entries: [ZipEntry], _ options: ZipOptions) {
        self.entries = entries
        self.options = options
        now = FileTime.now().seconds
    }

    /// Returns the next job, or `nil` after the last entry.
    mutating func next() throws -> ZipJob? {
        if let job = nextPart() { return job }
        var items: [ZipItem] = []
        var size = 0
        while index < entries.count, size < ZipPlan.partSize, items.count < ZipPlan.largestBatch {
            let item = try item(entries[index])
            if case .file(let file) = item.content, file.status.size > ZipPlan.largestWhole {
                if items.isEmpty {
                    index += 1
                    note(item.header)
                    try divide(file, item.header)
                    return nextPart()
                }
                break
            }
            index += 1
            note(item.header)
            size += item.size
            items.append(item)
        }
        return items.isEmpty ? nil : ZipJob(work: .items(items), size: size, level: options.level)
    }

    private mutating func note(_ header: ZipHeader) {
        if header.kind != .directory { files += 1 }
        guard !header.isUTF8 else { return }
        let name = String(decoding: header.name, as: UTF8.self)
        foreignNames = (foreignNames?.first ?? name, (foreignNames?.count ?? 0) + 1)
    }

    private func item(_ entry: ZipEntry) throws -> ZipItem {
        let time = options.fixedTime ?? entry.modified?.seconds
        switch entry.content {
        case .directory:
            let header = try ZipHeader(entry, kind: .directory, mode: 0o755, time: time ?? now)
            return ZipItem(header: header, content: .bytes([]))
        case .link(let target):
            let header = try ZipHeader(entry, kind: .link, mode: 0o777, time: time ?? now)
            return ZipItem(header: header, content: .bytes(target))
        case .file(let path):
            guard let status = try FileStatus.following(path) else {
                throw ZipError.changed(path: path.text)
            }
            guard status.kind == .regular else {
                throw ZipError.notRegularFile(path: path.text)
            }
            let header = try ZipHeader(
                entry,
                kind: .regular,
                mode: status.mode,
                time: time ?? status.modified.seconds
            )
            return ZipItem(header: header, content: .file(ZipSource(path: path, status: status)))
        }
    }

    /// Begins to divide a large file.
    private mutating func divide(_ source: ZipSource, _ header: ZipHeader) throws {
        let file = try OpenFile.reading(source.path)
        let isStored = try !shrinks(file, source.status.size)
        // Content that cannot be compressed grows by a few bytes for each block.
        let most = source.status.size + (isStored ? 0 : source.status.size >> 7)
        var header = header
        header.needsZip64 = most >= 0xFFFF_FFFF
        large = (ZipPart(source: source, file: file, header: header, isStored: isStored), 0)
    }

    /// Returns whether one of four samples of a large file is smaller when it is compressed.
    private func shrinks(_ file: OpenFile, _ size: UInt64) throws -> Bool {
        let length = 16 << 10
        let compressor = try WholeDeflater(level: options.level)
        for quarter in 0..<4 as Range<UInt64> {
            var sample: [UInt8] = []
            _ = try file.read(length, at: size / 4 * quarter, appendingTo: &sample)
            var output: [UInt8] = []
            if compressor.deflate(sample.span, appendingTo: &output) { return true }
        }
        return false
    }

    private mutating func nextPart() -> ZipJob? {
        guard let (part, offset) = large else { return nil }
        let rest = part.source.status.size - offset
        let size = Int(min(rest, UInt64(ZipPlan.partSize)))
        let isLast = UInt64(size) == rest
        large = isLast ? nil : (part, offset + UInt64(size))
        let range = offset..<(offset + UInt64(size))
        return ZipJob(work: .part(part, range, isLast: isLast), size: size, level: options.level)
    }
}
