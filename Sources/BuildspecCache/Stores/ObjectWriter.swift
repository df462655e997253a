internal import BuildspecFiles

/// Compresses objects, names them by their digest and writes them to a store.
struct ObjectWriter: Sendable {
    let store: any CacheStore
    let codec: Codec
    /// What was found damaged in a store that is not on this machine.
    var damage: DamageLog?
    /// What a prune of a shared store has marked; `nil` if the store sees to it itself.
    var marked: PendingDeletions?
    /// Where this machine keeps manifests of a store that is not on it.
    var manifests: LocalManifestCache?

    /// Compresses a whole tar and writes it as a pack.
    func writePack(_ tar: [UInt8]) async throws(CacheError) -> WrittenPack {
        try await write(seal([codec.encode(tar)], contentSize: tar.count))
    }

    /// A pack that the store has, and how many bytes were added to it for that.
    typealias WrittenPack = (pack: Manifest.Pack, added: UInt64)

    /// A pack that is ready to be written.
    struct SealedPack: Sendable {
        var pack: Manifest.Pack
        var bytes: [UInt8]
    }

    /// Puts a pack together and names it.
    ///
    /// - Parameters:
    ///   - parts: the compressed parts of its tar, in order.
    ///   - contentSize: how long the tar is.
    /// - Returns: the pack.
    func seal(_ parts: [[UInt8]], contentSize: Int) -> SealedPack {
        var bytes: [UInt8] = []
        bytes.reserveLargePages(parts.reduce(0) { $0 + $1.count })
        for part in parts { bytes.append(contentsOf: part) }
        let pack = Manifest.Pack(
            digest: ContentDigest(of: bytes),
            codec: codec,
            storedSize: UInt64(bytes.count),
            contentSize: contentSize
        )
        return SealedPack(pack: pack, bytes: bytes)
    }

    /// Begins a pack that is written while its parts come, if the store can do that.
    func packDraft() throws(CacheError) -> PackWriter? {
        do throws(StoreError) {
            return try (store as? any LocalCacheStore)?.draft().map { PackWriter($0) }
        } catch {
            throw CacheError(error)
        }
    }

    /// Names a pack whose parts have all come, unless the store has it.
    func finish(
        _ draft: PackWriter,
        contentSize: Int
    ) async throws(CacheError) -> WrittenPack {
        let (digest, size) = draft.written
        let pack = Manifest.Pack(
            digest: digest,
            codec: codec,
            storedSize: size,
            contentSize: contentSize
        )
        do throws(StoreError) {
            if try await isKept(pack.name, size: size) { return (pack, 0) }
            try draft.place(at: pack.name)
        } catch {
            throw CacheError(error)
        }
        return (pack, size)
    }

    /// Writes a pack.
    func write(_ sealed: SealedPack) async throws(CacheError) -> WrittenPack {
        (sealed.pack, try await write(sealed.pack.name, sealed.bytes))
    }

    /// Writes a manifest.
    ///
    /// - Returns: the digest of its stored bytes and how many bytes were added to the store.
    func writeManifest(
        _ manifest: Manifest
    ) async throws(CacheError) -> (digest: ContentDigest, added: UInt64) {
        try await writeManifest(ManifestEncoder.encodeInBlocks(manifest))
    }

    /// Writes a manifest that is text already.
    ///
    /// - Parameters:
    ///   - text: the manifest.
    ///   - parent: a manifest that a remote store has, unless it is known to be damaged.
    /// - Returns: the digest of its stored bytes and how many bytes were added to the store.
    /// - Throws: `CacheError` when the store cannot be written.
    func writeManifest(
        _ text: [UInt8],
        unless parent: ContentDigest? = nil
    ) async throws(CacheError) -> (digest: ContentDigest, added: UInt64) {
        let bytes = try await codec.encodeInBlocks(text).padded(to: leastSize(of: text), codec)
        let digest = ContentDigest(of: bytes)
        let name = StoreLayout.manifest(digest, codec)
        if digest == parent, !(store is any LocalCacheStore),
            damage?.names().contains(name) != true
        {
            return (digest, 0)
        }
        let added = try await write(name, bytes)
        manifests?.write(digest, bytes)
        return (digest, added)
    }

    /// How large the object of a manifest must be for readers to believe it.
    private func leastSize(of text: [UInt8]) -> Int {
        let size = Limits.manifestStored(ofContent: text.count)
        guard Limits.manifestStored(ofEntries: text.count / Limits.manifestLine) > 0 else {
            return size
        }
        return max(size, Limits.manifestStored(ofEntries: text.count { $0 == newline }))
    }

    /// Writes with one request; what is known to be damaged is replaced.
    private func writeRemotely(
        _ name: String,
        _ bytes: [UInt8]
    ) async throws(StoreError) -> Bool {
        guard damage?.names().contains(name) == true else {
            if try await store.create(name, bytes) { return true }
            return try await marked?.renew(name, bytes) ?? false
        }
        try await store.write(name, bytes)
        damage?.remove(name)
        return true
    }

    /// Writes an object unless the store has it; a name promises the content.
    private func write(_ name: String, _ bytes: [UInt8]) async throws(CacheError) -> UInt64 {
        do throws(StoreError) {
            guard store is any LocalCacheStore else {
                return try await writeRemotely(name, bytes) ? UInt64(bytes.count) : 0
            }
            if try await isKept(name, size: UInt64(bytes.count)) { return 0 }
            try await store.write(name, bytes)
            return UInt64(bytes.count)
        } catch {
            throw CacheError(error)
        }
    }

    /// Whether a store on this machine has an object, which is young again then.
    private func isKept(_ name: String, size: UInt64) async throws(StoreError) -> Bool {
        guard let store = store as? any LocalCacheStore,
            let info = try await store.info(name), info.size == size
        else { return false }
        // A prune may have been quicker; then it is written anew.
        return (try? store.refresh(name)) != nil
    }
}
