internal import BuildspecFiles

/// A verified pack: its stored bytes, or its file.
struct PackSource: Sendable {
    /// The frames of a zstd pack.
    let frames: [ZstandardCodec.Frame]
    fileprivate let storage: Storage
    /// The whole tar of a pack that has no frames.
    fileprivate var tar: [UInt8] = []
    let name: String

    fileprivate enum Storage: Sendable {
        case bytes([UInt8])
        case file(OpenFile)
    }

    /// Creates the source of a pack from its stored bytes, which are verified.
    init(_ stored: [UInt8], _ pack: Manifest.Pack) throws(CacheError) {
        storage = .bytes(stored)
        name = pack.name
        if pack.codec == .zstd {
            frames = try ZstandardCodec.frames(of: stored, limit: pack.contentSize)
            guard frames.last?.content.upperBound == pack.contentSize else { throw damage }
        } else {
            frames = []
            tar = try pack.codec.decode(stored, limit: pack.contentSize)
            guard tar.count == pack.contentSize else { throw damage }
        }
    }

    /// Creates the source of a zstd pack that was verified before.
    init(_ file: OpenFile, _ frames: [ZstandardCodec.Frame], _ pack: Manifest.Pack) {
        storage = .file(file)
        self.frames = frames
        name = pack.name
    }

    /// The number of stored bytes that are in memory.
    var bytesRead: Int {
        if case .bytes(let stored) = storage { stored.count } else { 0 }
    }

    fileprivate var damage: CacheError { PackSource.damage(name) }

    /// The error for a pack whose content does not have the size in the manifest.
    static func damage(_ name: String) -> CacheError {
        .damaged("'\(name)' does not match the manifest")
    }
}

extension EntryReader {
    /// Reads a pack and compares its bytes with its digest; a pack larger than `limit` is not read.
    ///
    /// Every reader of packs begins here, and `PackSlice` unpacks what it needs.
    func pack(
        _ pack: Manifest.Pack,
        limit: UInt64? = nil
    ) async throws(CacheError) -> PackSource {
        let limit = limit ?? pack.storedSize
        return try PackSource(try await readVerified(pack.name, pack.digest, limit: limit), pack)
    }
}

/// A part of a pack's tar in memory, which moves from the start to the end.
///
/// Of a zstd pack only the frames at the needed ranges are decompressed, as far as needed.
struct PackSlice {
    private(set) var bytes: [UInt8]
    /// The offset of the part in the tar.
    private var start = 0
    private let source: PackSource
    /// The frames after the part, with the needed content of each.
    private var frames: ArraySlice<ZstandardCodec.Frame>

    /// Creates a slice at the start of the tar, which will be moved to the ranges in this order.
    init(_ source: PackSource, wanting ranges: [Range<Int>]) {
        self.source = source
        bytes = source.tar
        frames = ZstandardCodec.needed(for: ranges, of: source.frames)[...]
    }

    /// Moves to a range of the tar, no earlier than the last one; returns the range in `bytes`.
    mutating func move(to range: Range<Int>) throws -> Range<Int> {
        var needed: [ZstandardCodec.Frame] = []
        while let frame = frames.first, frame.content.lowerBound < range.upperBound {
            frames.removeFirst()
            if frame.content.upperBound > range.lowerBound { needed.append(frame) }
        }
        if let first = needed.first {
            // The bytes before the range are not needed any more.
            if range.lowerBound >= first.content.lowerBound {
                bytes.removeAll(keepingCapacity: true)
                start = first.content.lowerBound
            } else {
                bytes.removeFirst(range.lowerBound - start)
                start = range.lowerBound
            }
            try decode(needed)
        }
        guard range.lowerBound >= start, range.upperBound - start <= bytes.count else {
            throw source.damage
        }
        return range.lowerBound - start..<range.upperBound - start
    }

    /// Appends the contents of consecutive frames.
    private mutating func decode(_ needed: [ZstandardCodec.Frame]) throws {
        switch source.storage {
        case .bytes(let stored):
            try ZstandardCodec.decode(needed, of: stored, appendingTo: &bytes)
        case .file(let file):
            let first = needed[0].stored.lowerBound
            let count = needed[needed.count - 1].stored.upperBound - first
            var stored: [UInt8] = []
            guard try file.read(count, at: UInt64(first), appendingTo: &stored) == count else {
                throw source.damage
            }
            let moved = needed.map { frame in
                ZstandardCodec.Frame(
                    stored: frame.stored.lowerBound - first..<frame.stored.upperBound - first,
                    content: frame.content
                )
            }
            try ZstandardCodec.decode(moved, of: stored, appendingTo: &bytes)
        }
    }
}
