internal import Crypto

/// The SHA-256 of some bytes.
struct ContentDigest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes bytes.
    init(of bytes: [UInt8]) {
        self = unsafe bytes.withUnsafeBytes { unsafe ContentDigest(hashing: $0) }
    }

    /// Hashes numbers in the byte order of this machine.
    init(ofNumbers numbers: [UInt64]) {
        self = unsafe numbers.withUnsafeBytes { unsafe ContentDigest(hashing: $0) }
    }

    /// Hashes a part of an array without copying it.
    init(of bytes: [UInt8], _ range: Range<Int>) {
        self = unsafe bytes.withUnsafeBytes { buffer in
            unsafe ContentDigest(hashing: UnsafeRawBufferPointer(rebasing: buffer[range]))
        }
    }

    /// Creates a digest from its 32 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            bytes[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Creates a digest from its 64 lower-case hexadecimal digits.
    init?(hex: some Collection<UInt8>) { self.init(hex: Array(hex).span) }

    /// Creates a digest from its 64 lower-case hexadecimal digits.
    init?(hex: Span<UInt8>) {
        guard hex.count == 64 else { return nil }
        var invalid: UInt64 = 0
        func word(_ index: Int) -> UInt64 {
            let high = ContentDigest.value(ofDigits: hex, at: 16 * index, &invalid)
            return high << 32 | ContentDigest.value(ofDigits: hex, at: 16 * index + 8, &invalid)
        }
        words = (word(0), word(1), word(2), word(3))
        guard invalid == 0 else { return nil }
    }

    private init(hashing bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        unsafe hash.update(bufferPointer: bytes)
        self.init(hash.finalize())
    }

    fileprivate init(_ digest: SHA256.Digest) {
        words = unsafe digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                let stored = unsafe bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
                return UInt64(bigEndian: stored)
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The 32 bytes.
    var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// The 64 digits as text.
    var hex: String { String(decoding: hexBytes, as: UTF8.self) }

    /// The 64 digits as bytes.
    var hexBytes: [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        digits.append(addingCapacity: 64) { appendHex(to: &$0) }
        return digits
    }

    /// Appends the 64 digits to a span with capacity for them.
    func appendHex(to digits: inout OutputSpan<UInt8>) {
        append(words.0, to: &digits)
        append(words.1, to: &digits)
        append(words.2, to: &digits)
        append(words.3, to: &digits)
    }

    private func append(_ word: UInt64, to digits: inout OutputSpan<UInt8>) {
        for half in [word >> 32, word & 0xFFFF_FFFF] {
            // Spread the eight digits over the eight bytes.
            var values = (half << 16 | half) & 0x0000_FFFF_0000_FFFF
            values = (values << 8 | values) & 0x00FF_00FF_00FF_00FF
            values = (values << 4 | values) & 0x0F0F_0F0F_0F0F_0F0F
            let text = ContentDigest.digits(ofValues: values)
            for index in 0..<8 as Range<UInt64> {
                digits.append(UInt8(truncatingIfNeeded: text >> (56 - 8 * index)))
            }
        }
    }

    static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        // All words, because digests that a hostile manifest claims may agree in any of them.
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// Computes the value of eight digits at once, and sets bits of `invalid` for other bytes.
    private static func value(
        ofDigits hex: Span<UInt8>,
        at offset: Int,
        _ invalid: inout UInt64
    ) -> UInt64 {
        let stored = unsafe hex.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let text = UInt64(bigEndian: stored)
        let letters = text >> 6 & 0x0101_0101_0101_0101
        var values = text & 0x0F0F_0F0F_0F0F_0F0F &+ letters &* 9
        // The value of a valid digit converts back to the same digit.
        invalid |= digits(ofValues: values) ^ text | values & 0xF0F0_F0F0_F0F0_F0F0
        values = (values >> 4 | values) & 0x00FF_00FF_00FF_00FF
        values = (values >> 8 | values) & 0x0000_FFFF_0000_FFFF
        return (values >> 16 | values) & 0xFFFF_FFFF
    }

    /// The digits of eight values below 16, one value in each byte.
    private static func digits(ofValues values: UInt64) -> UInt64 {
        // 1 in each byte that becomes a letter, else 0.
        let letters = (values &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let beyondDecimals = UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0"))
        return values &+ 0x3030_3030_3030_3030 &+ letters &* beyondDecimals
    }
}

/// A SHA-256 that is computed part by part.
struct RunningDigest {
    private var hash = SHA256()

    mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }

    /// The digest of all bytes so far.
    var digest: ContentDigest { ContentDigest(hash.finalize()) }
}
