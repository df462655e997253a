internal import BuildspecFiles

/// A pack whose stored bytes are at hand, or its file.
struct PackSource: Sendable {
    /// The frames of a zstd pack.
    let frames: [ZstandardCodec.Frame]
    fileprivate let source: Source
    /// The whole tar of a pack that has no frames.
    fileprivate var tar: [UInt8] = []
    /// The pack's name in the store.
    let name: String

    fileprivate enum Source: Sendable {
        /// The pack's stored bytes, which are verified.
        case bytes([UInt8])
        /// A file that has been verified before.
        case file(OpenFile)
    }

    /// Creates the content of a pack whose stored bytes are verified.
    ///
    /// - Parameters:
    ///   - stored: the bytes.
    ///   - pack: what the manifest says of it.
    /// - Throws: `damaged` when the pack's content is not as long as the manifest says.
    init(_ stored: [UInt8], _ pack: Manifest.Pack) throws(CacheError) {
        source = .bytes(stored)
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

    /// Creates the content of a zstd pack that has been verified before.
    ///
    /// - Parameters:
    ///   - file: the pack.
    ///   - frames: its frames.
    ///   - pack: what the manifest says of it.
    init(_ file: OpenFile, _ frames: [ZstandardCodec.Frame], _ pack: Manifest.Pack) {
        source = .file(file)
        self.frames = frames
        name = pack.name
    }

    fileprivate var damage: CacheError {
        .damaged("'\(name)' does not hold what the manifest says")
    }
}

/// The part of a pack's tar that is at hand: it moves from front to back, and of a zstd pack only the
/// frames that it comes by are decompressed, each as far as something is wanted of it.
struct PackSlice {
    /// Bytes of the tar.
    private(set) var bytes: [UInt8]

    /// Where in the tar they begin.
    private var start = 0
    private let content: PackSource
    /// The frames behind the window, as much of each as is wanted.
    private var frames: ArraySlice<ZstandardCodec.Frame>

    /// Creates a window.
    ///
    /// - Parameters:
    ///   - content: the pack.
    ///   - ranges: what it will be moved to, in that order.
    init(_ content: PackSource, wanting ranges: [Range<Int>]) {
        self.content = content
        bytes = content.tar
        frames = ZstandardCodec.needed(for: ranges, of: content.frames)[...]
    }

    /// Moves the window over a range of the tar, which begins no earlier than the last one.
    ///
    /// - Returns: the range in `bytes`.
    mutating func move(to range: Range<Int>) throws -> Range<Int> {
        var needed: [ZstandardCodec.Frame] = []
        while let frame = frames.first, frame.content.lowerBound < range.upperBound {
            frames.removeFirst()
            if frame.content.upperBound > range.lowerBound { needed.append(frame) }
        }
        if let first = needed.first {
            // What lies before the range is not needed any more.
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
            throw content.damage
        }
        return range.lowerBound - start..<range.upperBound - start
    }

    /// Appends frames that lie one behind the other.
    private mutating func decode(_ needed: [ZstandardCodec.Frame]) throws {
        switch content.source {
        case .bytes(let stored):
            try ZstandardCodec.decode(needed, of: stored, appendingTo: &bytes)
        case .file(let file):
            let first = needed[0].stored.lowerBound
            let count = needed[needed.count - 1].stored.upperBound - first
            var stored: [UInt8] = []
            guard try file.read(count, at: UInt64(first), appendingTo: &stored) == count else {
                throw content.damage
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
