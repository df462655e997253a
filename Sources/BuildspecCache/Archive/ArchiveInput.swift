internal import BuildspecFiles

/// Reads an archive front to back, decompressed, a bounded part of it at a time.
struct ArchiveInput {
    private let file: OpenFile
    private var decompressor: any Decompressor
    /// Compressed bytes that are not used yet.
    private var raw: ArraySlice<UInt8> = []
    private var fileOffset: UInt64 = 0
    /// Content that is not handed out yet.
    private var buffer: [UInt8] = []
    private var start = 0
    private var total: UInt64 = 0
    private let limit: UInt64

    private static let part = 256 << 10

    /// Opens an archive by its trusted path; more content than `limit` is not believed.
    init(_ path: PathBytes, limit: UInt64) throws {
        file = try OpenFile.reading(path)
        guard try file.status().kind == .regular else {
            throw CacheError(.request, "'\(path.text)' is not a file")
        }
        self.limit = limit
        var head: [UInt8] = []
        fileOffset = UInt64(try file.read(ArchiveInput.part, at: 0, appendingTo: &head))
        raw = head[...]
        if let name = ArchiveForm.unreadable(firstBytes: raw) {
            throw CacheError(
                .request,
                "the archive is \(name), which is not read; make it a tar that is plain or "
                    + "compressed with gzip or zstd"
            )
        }
        decompressor =
            switch ArchiveForm(firstBytes: raw) {
            case .zstd: try ZstandardDecompressor()
            case .gzip: try GzipDecompressor()
            case .plain: PlainDecompressor()
            }
    }

    /// The next `count` bytes, fewer only at the end.
    mutating func read(_ count: Int) throws -> ArraySlice<UInt8> {
        while buffer.count - start < count, try fill() {}
        let end = min(start + count, buffer.count)
        defer { start = end }
        return buffer[start..<end]
    }

    /// Passes over bytes.
    mutating func skip(_ count: UInt64) throws {
        var rest = count
        while rest > 0 {
            let part = try read(Int(min(rest, UInt64(ArchiveInput.part))))
            guard !part.isEmpty else { throw ArchiveInput.cutShort }
            rest -= UInt64(part.count)
        }
    }

    static let cutShort = CacheError.damaged("the archive ends in the middle")

    /// Gets more content.
    ///
    /// - Returns: whether there is more.
    private mutating func fill() throws -> Bool {
        try Task.checkCancellation()
        if start > ArchiveInput.part {
            buffer.removeFirst(start)
            start = 0
        }
        let before = buffer.count
        while buffer.count == before {
            if raw.isEmpty {
                var bytes: [UInt8] = []
                let count = try file.read(ArchiveInput.part, at: fileOffset, appendingTo: &bytes)
                fileOffset += UInt64(count)
                raw = bytes[...]
            }
            let isLast = raw.isEmpty
            let used = try decompressor.decompress(
                raw,
                appendingTo: &buffer,
                room: ArchiveInput.part
            )
            raw = raw.dropFirst(used)
            guard buffer.count == before else { break }
            if isLast {
                guard decompressor.isAtEnd else { throw ArchiveInput.cutShort }
                return false
            }
        }
        total += UInt64(buffer.count - before)
        guard total <= limit else {
            throw CacheError(
                .request,
                "the archive unpacks to more than \(limit) bytes; --max-size allows more"
            )
        }
        return true
    }
}
