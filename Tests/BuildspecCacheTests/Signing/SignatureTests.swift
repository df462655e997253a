import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Keys as text, and the signatures that they make.
@Suite(.timed) struct `Signing keys` {
    /// A vector of RFC 8032, section 7.1.
    struct Vector: Sendable {
        var secret: String
        var publicKey: String
        var message: String
        var signature: String
    }

    static let vectors = [
        Vector(
            secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        Vector(
            secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { index in
            UInt8(hex.dropFirst(index).prefix(2), radix: 16)
        }
    }

    @Test(arguments: 0..<2) func `a key makes and verifies the signatures of RFC 8032`(
        number: Int
    ) throws {
        let vector = Self.vectors[number]
        let text = "ed25519-secret:\(Base64.encode(bytes(vector.secret)))\n"
        let key = try #require(SigningKey(text))
        #expect(key.publicKey.bytes == bytes(vector.publicKey))
        let message = bytes(vector.message)
        let signature = bytes(vector.signature)
        #expect(key.publicKey.isValid(signature, of: message))
        #expect(!key.publicKey.isValid(signature, of: message + [0]))
        #if os(Linux)
            #expect(try key.sign(message) == signature)
        #endif
        let read = PublicKey("ed25519:\(Base64.encode(bytes(vector.publicKey)))")
        #expect(read == key.publicKey)
        #expect(key.publicKey.id == ContentDigest(of: bytes(vector.publicKey)).hex)
    }

    @Test func `a key and its public key are read as they were written`() throws {
        let key = SigningKey()
        #expect(try #require(SigningKey(key.text)).publicKey == key.publicKey)
        #expect(try #require(SigningKey("\n  \(key.text)\r\n")).publicKey == key.publicKey)
        #expect(PublicKey(key.publicKey.text) == key.publicKey)
        #expect(key.text.contains(key.secret) && key.publicKey.text != key.secret)
    }

    @Test(arguments: [
        "", "ed25519-secret:", "ed25519-secret:AAAA", "AAAA",
        "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "ed25519-secret:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
        "ed25519-secret:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ed25519-secret:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
            + "ed25519-secret:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "ed25519-secret: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "ed25519-secret:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= x",
    ])
    func `an invalid text of a key is refused`(text: String) {
        #expect(SigningKey(text) == nil)
        #expect(SigningKey("# a comment\n" + text) == nil)
    }

    @Test(arguments: TestScope.seeds(40))
    func `a random text is read as a key only in its exact form`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let key = SigningKey()
        var bytes = Array(key.text.utf8)
        for _ in 0..<60 {
            let index = Int(random.next() % UInt64(bytes.count))
            bytes[index] = UInt8(truncatingIfNeeded: random.next())
            let text = String(decoding: bytes, as: UTF8.self)
            if let read = SigningKey(text) { #expect(text.contains(read.secret), "seed \(seed)") }
            if let read = PublicKey(text) { #expect(read.text == text, "seed \(seed)") }
        }
        let noise = random.bytes(Int(random.next() % 70))
        #expect(Base64.decode(Base64.encode(noise)) == noise)
    }
}

/// The lines of a key record that have the signature.
@Suite(.timed) struct `Signed key records` {
    private let key = SigningKey()

    private var record: KeyRecord {
        var record = KeyRecord(
            scope: "main",
            key: "k\r",
            paths: ["./tree", "/a\r\nb\r"],
            manifest: ContentDigest(of: [1]),
            codec: .zstd,
            saved: 5,
            files: 3,
            bytes: 9,
            stored: 7,
            writer: "host"
        )
        record.sources = ContentDigest(of: [2])
        return record
    }

    private func checksummed(_ body: String) -> [UInt8] {
        Array(body.utf8) + Array("end \(ContentDigest(of: Array(body.utf8)).hex)\n".utf8)
    }

    private func body() throws -> String {
        let text = String(decoding: try record.encode(signedBy: key), as: UTF8.self)
        return String(text.dropLast(4 + 64 + 1))
    }

    @Test func `a signed record is the unsigned one with two more lines`() throws {
        let signed = try KeyRecord.decode(record.encode(signedBy: key))
        let signature = try #require(signed.signature)
        #expect(signature.isValid(for: key.publicKey))
        #expect(!signature.isValid(for: SigningKey().publicKey))
        var plain = signed
        plain.signature = nil
        #expect(plain == record)
        #expect(try KeyRecord.decode(record.encode()) == record)
        let body = try body()
        let plainBody = String(decoding: record.encode().dropLast(4 + 64 + 1), as: UTF8.self)
        #expect(body.hasPrefix(plainBody + "signer \(key.publicKey.id)\nsignature "))
    }

    @Test func `a signature is invalid after a change of any byte above it`() throws {
        let body = Array(try body().utf8)
        let end = body.count - "signature ".utf8.count - 128 - 1
        for index in 0..<end {
            var changed = body
            changed[index] ^= 1
            let bytes = changed + Array("end \(ContentDigest(of: changed).hex)\n".utf8)
            guard let read = try? KeyRecord.decode(bytes) else { continue }
            #expect(read.signature?.isValid(for: key.publicKey) != true, "byte \(index)")
        }
    }

    @Test func `a record with a changed or additional line at the signature is refused`() throws {
        let body = try body()
        let signature = try #require(body.split(separator: "\n").last)
        for wrong in [
            body + "sources \(ContentDigest(of: [3]).hex)\n", body + "unknown x\n",
            body + signature + "\n", body + "signer \(key.publicKey.id)\n",
            body.replacing("signature ", with: "signature  "),
            body.replacing("signer ", with: "signed "), String(body.dropLast(2)) + "\n",
            body.replacing(signature, with: signature.uppercased().lowercased().dropLast()),
            "signature \(signature.dropFirst(10))\n" + body,
        ] {
            #expect(throws: CacheError.self, "\(wrong)") {
                try KeyRecord.decode(checksummed(wrong))
            }
        }
        #expect(throws: Never.self) { try KeyRecord.decode(checksummed(body)) }
    }

    @Test(arguments: TestScope.seeds(20))
    func `a signed record with random changes is never trusted`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let body = Array(try body().utf8)
        for _ in 0..<60 {
            var changed = body
            for _ in 0...random.next() % 3 {
                let index = Int(random.next() % UInt64(changed.count))
                switch random.next() % 3 {
                case 0: changed[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: changed.remove(at: index)
                default: changed.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                }
            }
            if changed == body { continue }
            let bytes = changed + Array("end \(ContentDigest(of: changed).hex)\n".utf8)
            let read = try? KeyRecord.decode(bytes)
            #expect(read?.signature?.isValid(for: key.publicKey) != true, "seed \(seed)")
        }
    }
}
