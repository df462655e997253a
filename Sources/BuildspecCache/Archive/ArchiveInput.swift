internal import BuildspecFiles

/// A reader that decompresses an archive from front to back, with a bounded part in memory.
struct ArchiveInput {
    private let file: OpenFile
    private var decompressor: any Decompressor
    /// Compressed bytes that are not decompressed yet.
    private var compressed: ArraySlice<UInt8> = []
    private var fileOffset: UInt64 = 0
    /// Content that has not been read yet, from `start` on.
    private var buffer: [UInt8] = []
    private var start = 0
    private var total: UInt64 = 0
    private let limit: UInt64

    private static let partSize = 256 << 10

    /// Opens an archive by its trusted path; content beyond `limit` bytes is an error.
    init(_ path: PathBytes, limit: UInt64) throws {
        file = try OpenFile.reading(path)
        guard try file.status().kind == .regular else {
            throw CacheError(.request, "'\(path.text)' is not a file")
        }
        self.limit = limit
        var head: [UInt8] = []
        fileOffset = UInt64(try file.read(ArchiveInput.partSize, at: 0, appendingTo: &head))
        compressed = head[...]
        if let name = ArchiveForm.unreadable(firstBytes: compressed) {
            throw CacheError(
                .request,
                "the archive is \(name), which is not supported; use a tar that is uncompressed, "
                    + "or compressed with gzip or zstd"
            )
        }
        decompressor = try ArchiveForm(firstBytes: compressed).codec.decompressor()
    }

    /// Reads the next `count` bytes; fewer only at the end.
    mutating func read(_ count: Int) throws -> ArraySlice<UInt8> {
        while buffer.count - start < count, try fill() {}
        let end = min(start + count, buffer.count)
        defer { start = end }
        return buffer[start..<end]
    }

    /// Skips bytes of the content.
    mutating func skip(_ count: UInt64) throws {
        var rest = count
        while rest > 0 {
            let part = try read(Int(min(rest, UInt64(ArchiveInput.partSize))))
            guard !part.isEmpty else { throw ArchiveInput.truncated }
            rest -= UInt64(part.count)
        }
    }

    static let truncated = CacheError.damaged("the archive is truncated")

    /// Decompresses more content; `false` at the end.
    private mutating func fill() throws -> Bool {
        try Task.checkCancellation()
        if start > ArchiveInput.partSize {
            buffer.removeFirst(start)
            start = 0
        }
        let (before, size) = (buffer.count, ArchiveInput.partSize)
        while buffer.count == before {
            if compressed.isEmpty {
                var bytes: [UInt8] = []
                let count = try file.read(size, at: fileOffset, appendingTo: &bytes)
                fileOffset += UInt64(count)
                compressed = bytes[...]
            }
            let isLast = compressed.isEmpty
            let used = try decompressor.decompress(compressed, appendingTo: &buffer, limit: size)
            compressed = compressed.dropFirst(used)
            guard buffer.count == before else { break }
            if isLast {
                guard decompressor.isAtEnd else { throw ArchiveInput.truncated }
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
