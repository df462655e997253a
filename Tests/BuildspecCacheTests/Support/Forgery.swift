import BuildspecFiles

@testable import BuildspecCache

/// What somebody does who may write packs, manifests and records: an entry that looks like an honest one
/// and holds other bytes at one place.
struct Forgery {
    /// How the forged manifest is written.
    enum Form: CaseIterable {
        case whole
        /// As changes of the honest one.
        case changes
    }

    let store: any CacheStore
    var form = Form.whole
    /// Whether the manifest has the digest of the other bytes, so that it is true.
    var isCorrect = false

    /// Makes the forged entry.
    ///
    /// - Parameters:
    ///   - honest: an entry's record.
    ///   - path: the file that gets other bytes.
    ///   - key: the forged entry's key.
    ///   - signer: who signs it.
    /// - Returns: the record's bytes and name.
    /// - Throws: when there is no such file, or the store cannot be used.
    func entry(
        of honest: KeyRecord,
        _ path: String,
        key: String?,
        signedBy signer: SigningKey? = nil
    ) async throws -> (name: String, bytes: [UInt8], record: KeyRecord) {
        let reader = EntryReader(store: store)
        let text = try await reader.text(of: honest).text
        var manifest = try ManifestDecoder.decode(text)
        let place = manifest.entries.firstIndex { $0.path.text == path } ?? 0
        guard case .file(let size, var blobs) = manifest.entries[place].kind,
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
            manifest.entries[place].kind = .file(size: size, blobs: blobs)
        }
        var record = honest
        record.key = key
        record.signature = nil
        record.saved += 1
        let whole = ManifestEncoder.encode(manifest)
        if form == .changes,
            let changes = ManifestDelta.encode(whole, base: text, named: honest.manifest)
        {
            record.manifest = try await writer.writeManifest(changes).digest
            record.base = honest.manifest
        } else {
            record.manifest = try await writer.writeManifest(whole).digest
        }
        return (record.name, try record.encode(signedBy: signer), record)
    }
}
