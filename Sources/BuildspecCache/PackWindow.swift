/// The part of a pack's tar that is at hand: it moves from front to back, and of a zstd pack only the
/// frames that it comes by are decompressed.
struct PackWindow {
    /// Bytes of the tar.
    private(set) var bytes: [UInt8] = []

    /// Where in the tar they begin.
    private var start = 0
    private let stored: [UInt8]
    /// The frames behind the window.
    private var frames: ArraySlice<ZstandardCodec.Frame> = []
    private let damage: CacheError

    /// Creates a window over a pack.
    ///
    /// - Parameters:
    ///   - stored: the pack's stored bytes, which are proven.
    ///   - pack: what the manifest says of it.
    /// - Throws: `damaged` when the pack's content is not as long as the manifest says.
    init(_ stored: [UInt8], _ pack: Manifest.Pack) throws(CacheError) {
        self.stored = stored
        damage = .damaged("'\(pack.name)' does not hold what the manifest says")
        if pack.codec == .zstd {
            frames = try ZstandardCodec.frames(of: stored, limit: pack.contentSize)[...]
            guard frames.last?.content.upperBound == pack.contentSize else { throw damage }
        } else {
            bytes = try pack.codec.decode(stored, limit: pack.contentSize)
            guard bytes.count == pack.contentSize else { throw damage }
        }
    }

    /// Moves the window over a range of the tar, which begins no earlier than the last one.
    ///
    /// - Returns: the range in `bytes`.
    mutating func move(to range: Range<Int>) throws(CacheError) -> Range<Int> {
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
            try ZstandardCodec.decode(needed, of: stored, appendingTo: &bytes)
        }
        guard range.lowerBound >= start, range.upperBound - start <= bytes.count else {
            throw damage
        }
        return range.lowerBound - start..<range.upperBound - start
    }
}
