internal import Crypto

/// The SHA-256 of some bytes.
struct ContentDigest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes bytes.
    init(of bytes: [UInt8]) {
        self = unsafe bytes.withUnsafeBytes { unsafe ContentDigest(hashing: $0) }
    }

    /// Hashes a part of an array without copying it.
    init(of bytes: [UInt8], _ range: Range<Int>) {
        self = unsafe bytes.withUnsafeBytes { buffer in
            unsafe ContentDigest(hashing: UnsafeRawBufferPointer(rebasing: buffer[range]))
        }
    }

    /// Reads 64 lower-case hexadecimal digits.
    init?(hex: some Collection<UInt8>) {
        guard hex.count == 64 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for digit in hex {
            guard let value = ContentDigest.value(ofDigit: digit) else { return nil }
            // The digits move through all four words from the right.
            words.0 = words.0 << 4 | words.1 >> 60
            words.1 = words.1 << 4 | words.2 >> 60
            words.2 = words.2 << 4 | words.3 >> 60
            words.3 = words.3 << 4 | UInt64(value)
        }
        self.words = words
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
        appendHex(to: &digits)
        return digits
    }

    /// Appends the 64 digits.
    func appendHex(to bytes: inout [UInt8]) {
        appendHex(words.0, to: &bytes)
        appendHex(words.1, to: &bytes)
        appendHex(words.2, to: &bytes)
        appendHex(words.3, to: &bytes)
    }

    private func appendHex(_ word: UInt64, to bytes: inout [UInt8]) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 4
            let digit = UInt8(truncatingIfNeeded: word >> shift & 0xF)
            bytes.append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
        }
    }

    static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        // Any word of a digest is as random as a hash can be.
        hasher.combine(words.0)
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// The SHA-256 of bytes that come in parts.
struct RunningDigest {
    private var hash = SHA256()

    mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }

    /// The digest of everything so far.
    var digest: ContentDigest { ContentDigest(hash.finalize()) }

    /// The same as hexadecimal digits.
    var hex: String { digest.hex }
}
