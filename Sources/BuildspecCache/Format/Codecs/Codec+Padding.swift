extension [UInt8] {
    /// Encoded bytes with something behind them that decodes to nothing.
    ///
    /// A reader believes a manifest's text only up to a multiple of its stored size, so that a small
    /// object takes little memory. The text of an odd tree, of thousands of paths of thousands of bytes
    /// that differ in a number, shrinks more than that; its object is made as large as it must be.
    ///
    /// - Parameters:
    ///   - size: how many bytes there must be at least.
    ///   - codec: how they are encoded.
    /// - Returns: the bytes, which are as they were if there are enough.
    func padded(to size: Int, _ codec: Codec) -> [UInt8] {
        guard count < size else { return self }
        let padding = [UInt8](repeating: 0x20, count: size - count)
        switch codec {
        case .none: return self
        case .zstd:
            // A skippable frame: its number, its size and as many bytes.
            var frame: [UInt8] = [0x50, 0x2A, 0x4D, 0x18]
            frame.append(littleEndian: UInt32(padding.count))
            return self + frame + padding
        case .gzip:
            // An empty member with a comment.
            let head: [UInt8] = [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 3]
            let empty: [UInt8] = [0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            return self + head + padding + empty
        }
    }
}
