/// The signature of a key record: two lines before the last one.
///
/// ```
/// signer <the key's id>
/// signature <128 hexadecimal digits>
/// ```
///
/// It covers every byte above its own line, so everything that the record says, and by the digests in
/// it everything that the entry holds.
struct RecordSignature: Sendable, Equatable {
    /// Which key signed: the digest of the public key.
    var signer: ContentDigest
    /// The 64 bytes.
    var bytes: [UInt8]
    /// What was signed: the record's bytes above the signature.
    var signed: [UInt8]

    /// Keeps a signature of ours from being one of anything else.
    static let domain = Array("buildspec cache key record, signature 1\n".utf8)
    private static let keyword = Array("signature ".utf8)
    private static let size = 64

    /// The body of a record, signed.
    ///
    /// - Parameters:
    ///   - body: its lines without the last one.
    ///   - key: the key that signs.
    /// - Returns: the body with the signature's lines.
    /// - Throws: `CacheError` when it cannot be signed.
    static func appended(to body: [UInt8], by key: SigningKey) throws(CacheError) -> [UInt8] {
        let signed = body + Array("signer \(key.publicKey.id)\n".utf8)
        let bytes = try key.sign(domain + signed)
        return signed + keyword + hex(bytes) + [newline]
    }

    /// Finds the signature of a record's body.
    ///
    /// - Parameters:
    ///   - body: the record's lines without the last one.
    ///   - signers: the values of its `signer` lines.
    ///   - signatures: the values of its `signature` lines.
    /// - Returns: the signature; `nil` when there is none.
    /// - Throws: `damaged` when it is no signature, or lines stand behind it that it does not cover.
    static func find(
        in body: [UInt8],
        signers: [String],
        signatures: [String]
    ) throws(CacheError) -> RecordSignature? {
        if signers.isEmpty, signatures.isEmpty { return nil }
        guard signers.count == 1, signatures.count == 1,
            let signer = ContentDigest(hex: signers[0].utf8),
            let bytes = bytes(ofHex: signatures[0])
        else { throw .damaged("the key record's signature is damaged") }
        let line = keyword + hex(bytes) + [newline]
        guard body.count > line.count, body.suffix(line.count).elementsEqual(line) else {
            throw .damaged("the key record's signature does not cover all of it")
        }
        return RecordSignature(
            signer: signer,
            bytes: bytes,
            signed: Array(body.dropLast(line.count))
        )
    }

    /// Whether it is the signature of this key.
    func isValid(for key: PublicKey) -> Bool {
        key.digest == signer && key.isValid(bytes, of: RecordSignature.domain + signed)
    }

    private static func hex(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 2 * size else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[place..<place + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return hex(bytes) == digits ? bytes : nil
    }
}
