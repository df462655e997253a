// Digests and signatures that a fuzzer can make itself.

/// A checksum instead of SHA-256, which a fuzzer can match and which builds in seconds.
struct SHA256 {
    struct Digest: Sequence {
        var bytes: [UInt8]
        func makeIterator() -> IndexingIterator<[UInt8]> { bytes.makeIterator() }

        func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
            unsafe bytes.withUnsafeBytes { unsafe body($0) }
        }
    }

    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func update(bufferPointer: UnsafeRawBufferPointer) {
        for byte in unsafe bufferPointer { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    func finalize() -> Digest {
        Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: state >> (8 * ($0 % 8))) })
    }
}

/// Signatures that are digests of the key and the message, which a fuzzer can match.
enum Curve25519 {
    enum Signing {
        struct PublicKey {
            var rawRepresentation: [UInt8]

            init(rawRepresentation: [UInt8]) throws { self.rawRepresentation = rawRepresentation }

            func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
                let digest = ContentDigest(of: rawRepresentation + message).hexBytes
                return signature == digest
            }
        }

        struct PrivateKey {
            var rawRepresentation: [UInt8]

            init() { rawRepresentation = Array(repeating: 7, count: 32) }

            init(rawRepresentation: [UInt8]) throws { self.rawRepresentation = rawRepresentation }

            var publicKey: (rawRepresentation: [UInt8], Void) { (rawRepresentation, ()) }

            func signature(for message: [UInt8]) throws -> [UInt8] {
                ContentDigest(of: rawRepresentation + message).hexBytes
            }
        }
    }
}

// MARK: Stubs of types that the sources name

extension CacheEntryInfo {
    var displayText: String { (key ?? "-") + " of '\(scope)'" }
}

enum S3Location {
    static func isAddress(_ text: String) -> Bool { text.hasPrefix("s3://") }
}
