internal import BuildspecFiles

/// A writer that compresses objects, names them by their digest and writes them to a store.
struct ObjectWriter: Sendable {
    let stores: CacheStores
    let codec: Codec
    /// The log of damaged objects of a store that is not on this machine.
    var damage: DamageLog?
    /// The objects that a prune is about to delete; `nil` if the store checks them itself.
    var pendingDeletions: PendingDeletions?
    /// This machine's copies of manifests of a store that is not on it.
    var manifests: LocalManifestCache?

    private var store: any CacheStore { stores.store }

    /// Compresses a whole tar and writes it as a pack.
    func writePack(_ tar: [UInt8]) async throws(CacheError) -> WrittenPack {
        try await write(assemblePack([codec.encode(tar)], contentSize: tar.count))
    }

    /// A pack that the store has, and the number of bytes that were added to the store for it.
    typealias WrittenPack = (pack: Manifest.Pack, added: UInt64)

    /// A pack whose bytes are complete but not written yet.
    struct EncodedPack: Sendable {
        var pack: Manifest.Pack
        var bytes: [UInt8]
    }

    /// Joins the compressed parts of a pack and computes its name.
    func assemblePack(_ parts: [[UInt8]], contentSize: Int) -> EncodedPack {
        var bytes: [UInt8] = []
        bytes.reserveLargePages(parts.reduce(0) { $0 + $1.count })
        for part in parts { bytes.append(contentsOf: part) }
        let pack = Manifest.Pack(
            digest: ContentDigest(of: bytes),
            codec: codec,
            storedSize: UInt64(bytes.count),
            contentSize: contentSize
        )
        return EncodedPack(pack: pack, bytes: bytes)
    }

    /// Starts a pack whose parts are written once compressed; `nil` if the store cannot do that.
    func packWriter() throws(CacheError) -> PackWriter? {
        do throws(StoreError) {
            return try stores.onlyLocal?.beginUpload().map { PackWriter($0) }
        } catch {
            throw CacheError(error)
        }
    }

    /// Names a pack whose parts are all written, unless the store already has it.
    func finish(_ writer: PackWriter, contentSize: Int) async throws(CacheError) -> WrittenPack {
        let (digest, size) = writer.written
        let pack = Manifest.Pack(
            digest: digest,
            codec: codec,
            storedSize: size,
            contentSize: contentSize
        )
        do throws(StoreError) {
            if try await touchIfPresent(pack.name, size: size) { return (pack, 0) }
            try writer.finish(as: pack.name)
        } catch {
            throw CacheError(error)
        }
        return (pack, size)
    }

    func write(_ encoded: EncodedPack) async throws(CacheError) -> WrittenPack {
        (encoded.pack, try await write(encoded.pack.name, encoded.bytes))
    }

    /// Writes a manifest; returns the digest of its stored bytes, and the bytes added to the store.
    func writeManifest(
        _ manifest: Manifest
    ) async throws(CacheError) -> (digest: ContentDigest, added: UInt64) {
        try await writeManifest(ManifestEncoder.encodeInBlocks(manifest))
    }

    /// Writes a manifest that is already encoded as text.
    ///
    /// One that a remote store has as `parent` is written again only if it is known to be damaged.
    func writeManifest(
        _ text: [UInt8],
        unless parent: ContentDigest? = nil
    ) async throws(CacheError) -> (digest: ContentDigest, added: UInt64) {
        let bytes = try await codec.encodeInBlocks(text).padded(to: minimumSize(of: text), codec)
        let digest = ContentDigest(of: bytes)
        let name = StoreLayout.manifest(digest, codec)
        if digest == parent, stores.onlyLocal == nil,
            damage?.names().contains(name) != true
        {
            return (digest, 0)
        }
        let added = try await write(name, bytes)
        manifests?.write(digest, bytes)
        return (digest, added)
    }

    /// Returns the size that a manifest's object must have for readers to accept it.
    private func minimumSize(of text: [UInt8]) -> Int {
        let size = Limits.manifestStored(ofContent: text.count)
        guard Limits.manifestStored(ofEntries: text.count / Limits.manifestLine) > 0 else {
            return size
        }
        return max(size, Limits.manifestStored(ofEntries: text.count { $0 == newline }))
    }

    /// Writes an object with one request; replaces an object that is known to be damaged.
    private func writeRemotely(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        guard damage?.names().contains(name) == true else {
            if try await store.create(name, bytes) { return true }
            return try await pendingDeletions?.rewriteIfPending(name, bytes) ?? false
        }
        try await store.write(name, bytes)
        damage?.remove(name)
        return true
    }

    /// Writes an object unless the store has it, because equal names mean equal contents.
    private func write(_ name: String, _ bytes: [UInt8]) async throws(CacheError) -> UInt64 {
        do throws(StoreError) {
            guard stores.onlyLocal != nil else {
                return try await writeRemotely(name, bytes) ? UInt64(bytes.count) : 0
            }
            if try await touchIfPresent(name, size: UInt64(bytes.count)) { return 0 }
            try await store.write(name, bytes)
            return UInt64(bytes.count)
        } catch {
            throw CacheError(error)
        }
    }

    /// Touches an object of a store on this machine; returns whether it is there with this size.
    private func touchIfPresent(_ name: String, size: UInt64) async throws(StoreError) -> Bool {
        guard let store = stores.onlyLocal,
            let info = try await store.info(name), info.size == size
        else { return false }
        // A prune may have deleted the object meanwhile; then it is written again.
        return (try? store.touch(name)) != nil
    }
}
