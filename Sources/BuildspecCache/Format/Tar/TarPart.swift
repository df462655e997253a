internal import BuildspecFiles

/// A stretch of a pack: members of a tar, laid out as they will lie in it, and their digests.
struct TarPart: Sendable {
    /// One content with its header in front and its padding behind.
    struct Member: Sendable {
        /// The entry whose content this is, or is a chunk of.
        var index: Int
        /// The whole member in the part's bytes.
        var extent: Range<Int>
        var content: Range<Int>
        var digest: ContentDigest
    }

    var bytes: [UInt8] = []
    private(set) var members: [Member] = []

    /// About how large a part is: small enough to stay in a core's own cache from reading to
    /// compressing, large enough to compress well.
    static let target = 512 << 10

    /// Reads and adds a file.
    ///
    /// - Returns: the status that belongs to the content, or `nil`, with nothing added, when the file
    ///   keeps changing.
    mutating func add(
        _ entry: WalkedEntry,
        _ index: Int,
        _ reader: inout TreeReader
    ) throws(FileError) -> FileStatus? {
        let start = bytes.count
        do throws(FileError) {
            let status = try reader.readWhole(entry, appendingTo: &bytes) { size, tar in
                TarFormat.appendHead(entry.path, size, to: &tar)
            }
            if let status { close(index, from: start, size: Int(status.size)) }
            return status
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
    }

    /// Hashes the chunks of a large file.
    init(_ index: Int, _ part: ChunkReader.Part) {
        bytes = part.tar
        for member in part.members { add(index, member.extent, member.content) }
    }

    init() {}

    /// Ends the member whose content has just been appended.
    private mutating func close(_ index: Int, from start: Int, size: Int) {
        let content = bytes.count - size..<bytes.count
        TarFormat.pad(&bytes)
        if size > 0 { add(index, start..<bytes.count, content) }
    }

    private mutating func add(_ index: Int, _ extent: Range<Int>, _ content: Range<Int>) {
        members.append(
            Member(
                index: index,
                extent: extent,
                content: content,
                digest: ContentDigest(of: bytes, content)
            )
        )
    }
}
