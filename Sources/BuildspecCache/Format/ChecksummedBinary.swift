/// A file that this machine writes for itself: a head, little-endian numbers, and the digest of
/// everything before it.
struct ChecksummedBinary {
    private let bytes: [UInt8]
    private var place: Int
    private let end: Int

    /// Begins to read a file behind its head; fails for bytes with another head or digest.
    ///
    /// The digest proves that they are our own, so only their length is checked from there.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - head: what it begins with.
    init?(_ bytes: [UInt8], head: [UInt8]) {
        end = bytes.count - 64
        guard end >= head.count, bytes.starts(with: head),
            ContentDigest(hex: bytes[end...]) == ContentDigest(of: bytes, 0..<end)
        else { return nil }
        self.bytes = bytes
        place = head.count
    }

    /// Bytes with their digest behind them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        bytes + ContentDigest(of: bytes).hexBytes
    }

    /// How many bytes are left.
    var count: Int { end - place }

    /// The next number, or `nil` at the end.
    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard count >= size else { return nil }
        defer { place += size }
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe Value(
                littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Value.self)
            )
        }
    }

    /// The next digest, or `nil` at the end.
    mutating func digest() -> ContentDigest? {
        guard count >= 64 else { return nil }
        defer { place += 64 }
        return ContentDigest(hex: bytes.span.extracting(place..<place + 64))
    }
}

extension [UInt8] {
    /// Appends the bytes of a number.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }
}
