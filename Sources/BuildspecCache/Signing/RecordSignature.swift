internal import BuildspecFiles

/// The signature of a key record: the two lines before its last line.
///
/// ```
/// signer <the key's id>
/// signature <128 hexadecimal digits>
/// ```
///
/// The signature covers all bytes above its own line: the whole record, and by the digests in the
/// record all contents of the entry.
struct RecordSignature: Sendable, Equatable {
    /// The digest of the public key that signed.
    var signer: ContentDigest
    /// The 64 bytes of the signature.
    var bytes: [UInt8]
    /// The signed bytes: the record above the signature.
    var signed: [UInt8]

    /// The text before the signed bytes, so that a record's signature is valid for nothing else.
    static let domain = Array("buildspec cache key record, signature 1\n".utf8)
    private static let keyword = Array("signature ".utf8)
    private static let size = 64

    /// Signs the body of a record, its lines without the last one, and appends the signature.
    static func appended(to body: [UInt8], by key: SigningKey) throws(CacheError) -> [UInt8] {
        let signed = body + Array("signer \(key.publicKey.id)\n".utf8)
        let bytes = try key.sign(domain + signed)
        return signed + keyword + Array(Hex.encode(bytes).utf8) + [newline]
    }

    /// Finds the signature by the values of the `signer` and `signature` lines; `nil` without them.
    ///
    /// - Throws: `damaged` when the lines are not a valid signature, or do not cover all lines.
    static func find(
        in body: [UInt8],
        signers: [String],
        signatures: [String]
    ) throws(CacheError) -> RecordSignature? {
        if signers.isEmpty, signatures.isEmpty { return nil }
        guard signers.count == 1, signatures.count == 1,
            let signer = ContentDigest(hex: signers[0].utf8),
            let bytes = Hex.decode(signatures[0]), bytes.count == size
        else { throw .damaged("the key record's signature is damaged") }
        let line = keyword + Array(Hex.encode(bytes).utf8) + [newline]
        guard body.count > line.count, body.suffix(line.count).elementsEqual(line) else {
            throw .damaged("the key record's signature does not cover all of it")
        }
        let signed = Array(body.dropLast(line.count))
        return RecordSignature(signer: signer, bytes: bytes, signed: signed)
    }

    /// Returns whether the signature was made with this key.
    func isValid(for key: PublicKey) -> Bool {
        key.digest == signer && key.isValid(bytes, of: RecordSignature.domain + signed)
    }
}
