internal import BuildspecFiles

/// A reader of a large file that splits one window after the other into chunks.
struct ChunkReader: Sendable {
    let file: OpenFile
    /// The path that the chunks are named after.
    let path: PathBytes
    /// The index of the file's entry.
    let index: Int
    let chunker: Chunker

    /// The chunks of a window, as members of a tar that are not hashed yet.
    struct Window: Sendable {
        /// The parts, each of about the size of a `TarPart`.
        var parts: [Part] = []
        /// The offset of the next window.
        var end: UInt64
    }

    /// Chunks as consecutive members of a tar.
    struct Part: Sendable {
        var tar: [UInt8] = []
        var members: [(extent: Range<Int>, content: Range<Int>)] = []
    }

    /// The size of a window, small enough to stay in a core's cache until it is split.
    ///
    /// The longest chunk fits, so every window before the end of the file has a chunk.
    private var windowSize: Int { max(TarPart.target, chunker.largest) }

    /// Reads and splits a window; a chunk whose end is not in it belongs to the next window.
    func window(from offset: UInt64) throws(FileError) -> Window {
        var bytes: [UInt8] = []
        let count = try file.read(windowSize, at: offset, appendingTo: &bytes)
        let isAtEnd = count < windowSize
        var window = Window(end: offset)
        var start = 0
        while start < count {
            let end = chunker.end(of: bytes, from: start)
            if end == count, !isAtEnd, end - start < chunker.largest { break }
            append(bytes[start..<end], at: offset + UInt64(start), to: &window)
            start = end
        }
        window.end += UInt64(start)
        return window
    }

    private func append(_ chunk: ArraySlice<UInt8>, at offset: UInt64, to window: inout Window) {
        if window.parts.last.map({ $0.tar.count + chunk.count > TarPart.target }) ?? true {
            window.parts.append(Part())
            window.parts[window.parts.count - 1].tar.reserveCapacity(
                max(TarPart.target, chunk.count) + 8 * TarBlocks.size
            )
        }
        let last = window.parts.count - 1
        let head = window.parts[last].tar.count
        let name = TarFormat.chunkName(path, at: offset)
        let start = TarFormat.append(name, chunk, to: &window.parts[last].tar)
        let extent = head..<window.parts[last].tar.count
        window.parts[last].members.append((extent, start..<start + chunk.count))
    }
}
