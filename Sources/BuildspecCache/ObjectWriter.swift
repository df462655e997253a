/// Compresses objects, names them by their digest and writes them to a store.
struct ObjectWriter: Sendable {
    let store: any CacheStore
    let codec: Codec

    /// Writes a pack.
    func writePack(_ tar: [UInt8]) async throws(CacheError) -> Manifest.Pack {
        let codec = try codec.adapted(to: tar)
        let bytes = try codec.encode(tar)
        let pack = Manifest.Pack(
            digest: ContentDigest(of: bytes),
            codec: codec,
            storedSize: UInt64(bytes.count),
            contentSize: tar.count
        )
        _ = try await write(pack.name, bytes)
        return pack
    }

    /// Writes a manifest.
    ///
    /// - Returns: the digest of its stored bytes and how many bytes were added to the store.
    func writeManifest(
        _ manifest: Manifest
    ) async throws(CacheError) -> (digest: ContentDigest, added: UInt64) {
        let bytes = try codec.encode(ManifestEncoder.encode(manifest))
        let digest = ContentDigest(of: bytes)
        let added = try await write(StoreLayout.manifest(digest, codec), bytes)
        return (digest, added)
    }

    /// Writes an object unless the store has it; a name promises the content.
    private func write(_ name: String, _ bytes: [UInt8]) async throws(CacheError) -> UInt64 {
        do throws(StoreError) {
            if let info = try await store.info(name), info.size == UInt64(bytes.count) {
                try (store as? any LocalCacheStore)?.refresh(name)
                return 0
            }
            try await store.write(name, bytes)
            return UInt64(bytes.count)
        } catch {
            throw CacheError(error)
        }
    }
}
