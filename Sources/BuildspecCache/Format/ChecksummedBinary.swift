/// A binary file that only this machine reads and writes: a head, little-endian numbers, and the
/// digest of all bytes before it.
struct ChecksummedBinary {
    private let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    /// Begins to read a file after its head; fails for bytes with another head or digest.
    ///
    /// The digest shows that this program wrote the bytes, so later only their length is checked.
    init?(_ bytes: [UInt8], head: [UInt8]) {
        end = bytes.count - 64
        guard end >= head.count, bytes.starts(with: head),
            ContentDigest(hex: bytes[end...]) == ContentDigest(of: bytes, 0..<end)
        else { return nil }
        self.bytes = bytes
        offset = head.count
    }

    /// Appends the digest of `bytes` to them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + ContentDigest(of: bytes).hexBytes }

    /// The number of bytes that are not read yet.
    var count: Int { end - offset }

    /// Reads the next number; `nil` at the end.
    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard count >= size else { return nil }
        defer { offset += size }
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe Value(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
    }

    /// Reads the next digest; `nil` at the end.
    mutating func digest() -> ContentDigest? {
        guard count >= 64 else { return nil }
        defer { offset += 64 }
        return ContentDigest(hex: bytes.span.extracting(offset..<offset + 64))
    }
}

extension [UInt8] {
    /// Appends the bytes of a number, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }
}
