internal import BuildspecFiles

/// Reads a file front to back and cuts it into chunks by content.
struct ChunkReader {
    /// A chunk of a file.
    struct Chunk {
        var bytes: ArraySlice<UInt8>
        /// What a pack adds to the file's name for this chunk: sorted, the chunks are the file.
        var nameSuffix: [UInt8]
    }

    /// How many bytes have been handed out.
    private(set) var offset: UInt64 = 0

    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var start = 0
    private var fileOffset: UInt64 = 0
    private var isAtEnd = false

    private static let window = 4 << 20

    init(_ file: OpenFile) {
        self.file = file
        buffer.reserveCapacity(ChunkReader.window + Chunker.largest)
    }

    /// The next chunk, or `nil` at the end.
    mutating func next() throws(FileError) -> Chunk? {
        if !isAtEnd, buffer.count - start < Chunker.largest { try fill() }
        guard start < buffer.count else { return nil }
        let range = start..<Chunker.end(of: buffer, from: start)
        let digits = String(offset)
        let suffix = "#" + String(repeating: "0", count: max(0, 14 - digits.utf8.count)) + digits
        start = range.upperBound
        offset += UInt64(range.count)
        return Chunk(bytes: buffer[range], nameSuffix: Array(suffix.utf8))
    }

    private mutating func fill() throws(FileError) {
        buffer.removeFirst(start)
        start = 0
        let count = try file.read(ChunkReader.window, at: fileOffset, appendingTo: &buffer)
        fileOffset += UInt64(count)
        isAtEnd = count < ChunkReader.window
    }
}
