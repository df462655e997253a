import BuildspecFiles

@testable import BuildspecCache

/// Makes an entry that looks like an honest one, and has other bytes in one file.
///
/// An attacker who can write packs, manifests and records can do the same.
struct Forgery {
    /// The form of the forged manifest.
    enum Form: CaseIterable {
        case whole
        /// A delta of the honest manifest.
        case delta
    }

    let store: any CacheStore
    var form = Form.whole
    /// Whether the manifest has the digest of the other bytes, so that it is correct.
    var isCorrect = false

    /// Makes the forged entry.
    ///
    /// - Parameters:
    ///   - honest: The record of the honest entry.
    ///   - path: The file that gets other bytes.
    ///   - key: The key of the forged entry.
    ///   - signer: The key that signs the record.
    /// - Returns: The record of the forged entry.
    /// - Throws: An error if the file does not exist, or the store cannot be used.
    func entry(
        of honest: KeyRecord,
        _ path: String,
        key: String?,
        signedBy signer: SigningKey? = nil
    ) async throws -> (name: String, bytes: [UInt8], record: KeyRecord) {
        let reader = EntryReader(store: store)
        let text = try await reader.text(of: honest).text
        var manifest = try ManifestDecoder.decode(text)
        let index = manifest.entries.firstIndex { $0.path.text == path } ?? 0
        guard case .file(let size, var blobs) = manifest.entries[index].kind,
            let blob = blobs.last
        else { throw CacheError(.request, "there is no such file") }
        let pack = manifest.packs[blob.pack]
        let limit = pack.storedSize
        let stored = try await reader.readVerified(pack.name, pack.digest, limit: limit)
        var tar = try pack.codec.decode(stored, limit: pack.contentSize)
        for offset in blob.offset..<blob.offset + blob.size { tar[offset] = UInt8(ascii: "E") }
        let writer = ObjectWriter(store: store, codec: pack.codec)
        manifest.packs[blob.pack] = try await writer.writePack(tar).pack
        if isCorrect {
            let range = blob.offset..<blob.offset + blob.size
            blobs[blobs.count - 1] = Manifest.Blob(
                digest: ContentDigest(of: tar, range),
                pack: blob.pack,
                offset: blob.offset,
                size: blob.size
            )
            manifest.entries[index].kind = .file(size: size, blobs: blobs)
        }
        var record = honest
        record.key = key
        record.signature = nil
        record.saved += 1
        let whole = ManifestEncoder.encode(manifest)
        if form == .delta,
            let delta = ManifestDelta.encode(whole, base: text, named: honest.manifest)
        {
            record.manifest = try await writer.writeManifest(delta).digest
            record.base = honest.manifest
        } else {
            record.manifest = try await writer.writeManifest(whole).digest
        }
        return (record.name, try record.encode(signedBy: signer), record)
    }
}
