internal import BuildspecFiles

/// Reads a large file in windows and cuts each into chunks by content.
struct ChunkReader: Sendable {
    let file: OpenFile
    /// The path that the chunks are named after.
    let path: PathBytes
    /// The place of the file's entry.
    let index: Int
    let chunker: Chunker

    /// The chunks of a window, laid out as members of a tar and not hashed yet.
    struct Cut: Sendable {
        /// Each of about the size of a part.
        var parts: [Part] = []
        /// Where the next window begins.
        var end: UInt64
    }

    struct Part: Sendable {
        var tar: [UInt8] = []
        var members: [(extent: Range<Int>, content: Range<Int>)] = []
    }

    /// Small enough to stay in a core's own cache until it is cut.
    ///
    /// The longest chunk fits, so every window but the one behind the end has a chunk.
    private var window: Int { max(TarPart.target, chunker.largest) }

    /// Cuts the window that begins at an offset.
    ///
    /// A chunk that the window does not hold to its end is left to the next one.
    func cut(from offset: UInt64) throws(FileError) -> Cut {
        var bytes: [UInt8] = []
        let count = try file.read(window, at: offset, appendingTo: &bytes)
        let isAtEnd = count < window
        var cut = Cut(end: offset)
        var start = 0
        while start < count {
            let end = chunker.end(of: bytes, from: start)
            if end == count, !isAtEnd, end - start < chunker.largest { break }
            append(bytes[start..<end], at: offset + UInt64(start), to: &cut)
            start = end
        }
        cut.end += UInt64(start)
        return cut
    }

    private func append(_ chunk: ArraySlice<UInt8>, at offset: UInt64, to cut: inout Cut) {
        if cut.parts.last.map({ $0.tar.count + chunk.count > TarPart.target }) ?? true {
            cut.parts.append(Part())
            cut.parts[cut.parts.count - 1].tar.reserveCapacity(
                max(TarPart.target, chunk.count) + 8 * TarBlocks.size
            )
        }
        let last = cut.parts.count - 1
        let head = cut.parts[last].tar.count
        let start = TarFormat.append(name(offset), chunk, to: &cut.parts[last].tar)
        let extent = head..<cut.parts[last].tar.count
        cut.parts[last].members.append((extent, start..<start + chunk.count))
    }

    /// What a chunk is called: sorted by name, the chunks are the file.
    private func name(_ offset: UInt64) -> PathBytes {
        let digits = String(offset)
        let suffix = "#" + String(repeating: "0", count: max(0, 14 - digits.utf8.count)) + digits
        return PathBytes(path.bytes + Array(suffix.utf8))
    }
}
