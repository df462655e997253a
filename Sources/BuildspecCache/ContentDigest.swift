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
        var words: [UInt64] = [0, 0, 0, 0]
        var index = 0
        for digit in hex {
            guard let value = ContentDigest.value(ofDigit: digit) else { return nil }
            words[index / 16] = words[index / 16] << 4 | UInt64(value)
            index += 1
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    private init(hashing bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        unsafe hash.update(bufferPointer: bytes)
        self.init(hash.finalize())
    }

    fileprivate init(_ digest: SHA256.Digest) {
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in digest.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The 64 digits as text.
    var hex: String { String(decoding: hexBytes, as: UTF8.self) }

    /// The 64 digits as bytes.
    var hexBytes: [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 60, through: 0, by: -4) {
                digits.append(ContentDigest.digits[Int(word >> UInt64(shift) & 0xF)])
            }
        }
        return digits
    }

    static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        // Any word of a digest is as random as a hash can be.
        hasher.combine(words.0)
    }

    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

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

    /// The digest of everything so far, as hexadecimal digits.
    var hex: String { ContentDigest(hash.finalize()).hex }
}
