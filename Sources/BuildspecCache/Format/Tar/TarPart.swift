internal import BuildspecFiles

/// A part of a pack: consecutive members of a tar, and the digests of their contents.
struct TarPart: Sendable {
    /// A content with its header and its padding.
    struct Member: Sendable {
        /// The index of the entry that has this content or chunk.
        var index: Int
        /// The range of the whole member in the part's bytes.
        var extent: Range<Int>
        var content: Range<Int>
        var digest: ContentDigest
    }

    var bytes: [UInt8] = []
    private(set) var members: [Member] = []

    /// The approximate size of a part: small enough to stay in a core's cache from reading to
    /// compressing, large enough to compress well.
    static let target = 512 << 10

    /// Reads and adds a file, and returns its status with this content; `nil`, with nothing added,
    /// if the file keeps changing.
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
            guard let status else { return nil }
            let content = bytes.count - Int(status.size)..<bytes.count
            TarBlocks.pad(&bytes)
            if !content.isEmpty { add(index, start..<bytes.count, content) }
            return status
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
    }

    /// Creates a part of the chunks of a large file, and hashes them.
    init(_ index: Int, _ part: ChunkReader.Part) {
        bytes = part.tar
        for member in part.members { add(index, member.extent, member.content) }
    }

    init() {}

    private mutating func add(_ index: Int, _ extent: Range<Int>, _ content: Range<Int>) {
        let digest = ContentDigest(of: bytes, content)
        members.append(Member(index: index, extent: extent, content: content, digest: digest))
    }
}
