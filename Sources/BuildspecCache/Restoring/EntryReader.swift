/// Finds and reads what a store holds: key records and manifests, each verified.
struct EntryReader: Sendable {
    let store: any CacheStore
    /// Whether an object on this machine whose bytes are wrong is removed.
    ///
    /// The next save, which looks at names and sizes only, then writes it anew. What a remote store
    /// sent may only have been damaged on the way, so it stays.
    var removesDamage = false
    /// What was found damaged in a store that is not on this machine.
    var damage: DamageLog?
    /// Where this machine keeps manifests of a store that is not on it.
    var manifests: LocalManifestCache?
    /// What keeps records that the policy refuses from being used; `nil` lets all pass.
    var policyEnforcer: PolicyEnforcer?

    /// The record of exactly this identity, or `nil` if there is none.
    ///
    /// - Throws: `damaged` when there is one and it cannot be trusted.
    func record(
        scope: String,
        key: String?,
        version: ContentDigest
    ) async throws(CacheError) -> KeyRecord? {
        let name = StoreLayout.record(scope: scope, key: key, version: version)
        return try await record(named: name)
    }

    /// The records of a scope whose keys begin with `prefix`, newest first, damaged ones left out.
    func records(
        scope: String,
        keyPrefix prefix: String,
        version: ContentDigest
    ) async throws(CacheError) -> [KeyRecord] {
        let names = try await list(StoreLayout.prefix(scope: scope, keyPrefix: prefix))
        var records: [KeyRecord] = []
        for info in names where info.name.hasSuffix("/" + version.hex) {
            guard let record = try? await record(named: info.name), let key = record.key,
                key.utf8.starts(with: prefix.utf8)
            else { continue }
            records.append(record)
        }
        return records.sorted { ($0.saved, $0.name) > ($1.saved, $1.name) }
    }

    /// The scope's newest record of this path set, whatever its key.
    ///
    /// The keyless one, which every save replaces, is the newest wherever it is used.
    func newestRecord(
        scope: String,
        version: ContentDigest
    ) async throws(CacheError) -> KeyRecord? {
        if let record = try? await record(scope: scope, key: nil, version: version) {
            return record
        }
        let infos = try await list(StoreLayout.scopePrefix(scope))
            .filter { $0.name.hasSuffix("/" + version.hex) }
            .sorted { ($0.modified, $0.name) > ($1.modified, $1.name) }
        for info in infos.prefix(3) {
            if let record = try? await record(named: info.name) { return record }
        }
        return nil
    }

    /// The record under an object name, which must be the one that it gives itself: a record that was
    /// copied to another scope, key or path set is none.
    ///
    /// - Throws: `damaged` when it cannot be read or was copied, `refused` by the policy.
    func record(named name: String) async throws(CacheError) -> KeyRecord? {
        let bytes: [UInt8]?
        do throws(StoreError) {
            bytes = try await store.read(name, limit: Limits.record)
        } catch {
            throw CacheError(error, reading: name)
        }
        guard let bytes else { return nil }
        let record = try KeyRecord.decode(bytes)
        guard record.name == name else {
            throw .damaged("the key record was written for another entry: '\(record.name)'")
        }
        try policyEnforcer?.check(record)
        return record
    }

    /// The manifest that a record refers to, verified before it is decompressed.
    func manifest(of record: KeyRecord) async throws(CacheError) -> Manifest {
        guard record.base == nil else { return try await text(of: record).manifest() }
        let (name, limit) = (record.manifestName, Limits.manifestStored)
        let stored = try await manifest(name, record.manifest, limit: limit)
        return try await ParallelManifestDecoder.decode(stored, record.codec)
    }

    /// The same, when the record says of it what it is.
    ///
    /// A restore goes by the manifest, so only a verification asks.
    func countedManifest(of record: KeyRecord) async throws(CacheError) -> Manifest {
        let manifest = try await manifest(of: record)
        guard (manifest.fileCount, manifest.contentBytes) == (record.files, record.bytes) else {
            throw .damaged(
                "the key record gives other numbers of files and bytes than its manifest"
            )
        }
        return manifest
    }

    /// The packs that a record's manifest refers to; neither the rest of it nor its base is looked at.
    func packs(of record: KeyRecord) async throws(CacheError) -> [Manifest.Pack] {
        let (name, limit) = (record.manifestName, Limits.manifestStored)
        let stored = try await manifest(name, record.manifest, limit: limit)
        return try ManifestHead.packs(of: stored, record.codec, base: record.base)
    }

    /// The whole text of a record's manifest.
    ///
    /// - Returns: the text, and that of its base.
    func text(of record: KeyRecord) async throws(CacheError) -> WholeText {
        let (own, entries) = try await text(record.manifestName, record.manifest, record.codec)
        guard let name = record.baseName, let digest = record.base else {
            return WholeText(text: own, base: own, maximumEntries: entries)
        }
        let (base, more) = try await text(name, digest, record.codec)
        return WholeText(
            text: try ManifestDelta.apply(own, to: base, named: digest),
            base: base,
            maximumEntries: entries + more
        )
    }

    /// The text of a manifest, whole whether it is stored so or as changes.
    struct WholeText: Sendable {
        var text: [UInt8]
        /// That of its base: itself, if it is whole as it is stored.
        var base: [UInt8]
        /// How many entries its objects can honestly hold.
        var maximumEntries: Int

        func manifest() async throws(CacheError) -> Manifest {
            try await ParallelManifestDecoder.decode(text, maximumEntries: maximumEntries)
        }
    }

    private func text(
        _ name: String,
        _ digest: ContentDigest,
        _ codec: Codec
    ) async throws(CacheError) -> (text: [UInt8], maximumEntries: Int) {
        let bytes = try await manifest(name, digest, limit: Limits.manifestStored)
        let text = try await ParallelManifestDecoder.text(of: bytes, codec)
        return (text, Limits.manifestEntries(ofStored: bytes.count))
    }

    /// What the sources were when the entry was saved, if that was recorded.
    func sources(of record: KeyRecord) async throws(CacheError) -> SourceRecord? {
        guard let name = record.sourcesName, let digest = record.sources else { return nil }
        let bytes = try await manifest(name, digest, limit: Limits.sourcesStored)
        let limit = min(Limits.sourcesContent, Limits.manifestContent(ofStored: bytes.count))
        return try SourceRecord.decode(record.codec.decode(bytes, limit: limit))
    }

    /// The stored bytes of a manifest, from this machine if they are there.
    private func manifest(
        _ name: String,
        _ digest: ContentDigest,
        limit: UInt64
    ) async throws(CacheError) -> [UInt8] {
        if let kept = manifests?.read(digest) { return kept }
        let bytes = try await readVerified(name, digest, limit: limit)
        manifests?.write(digest, bytes)
        return bytes
    }

    /// Reads an object and proves that it is what its name promises.
    func readVerified(
        _ name: String,
        _ digest: ContentDigest,
        limit: UInt64
    ) async throws(CacheError) -> [UInt8] {
        let object: HashedObject?
        do throws(StoreError) {
            object = try await store.readHashed(name, limit: limit)
        } catch {
            if [.tooLarge, .notAFile].contains(error.code) { await remove(name) }
            throw CacheError(error, reading: name)
        }
        guard let object else {
            damage?.add(name)
            throw .damaged("'\(name)' is missing from the store")
        }
        guard object.digest == digest else {
            await remove(name)
            damage?.add(name)
            throw .damaged("'\(name)' is damaged: its bytes do not match its name")
        }
        // What came damaged before was damaged on the way, or has been written anew.
        if let damage, damage.names().contains(name) { damage.remove(name) }
        return object.bytes
    }

    /// Removes a damaged object, so that the next save does not take it for the one that it writes.
    private func remove(_ name: String) async {
        guard removesDamage, store is any LocalCacheStore, let own = ObjectName(name) else {
            return
        }
        try? await store.delete(own)
    }

    /// Whether the store has the manifest that a record refers to.
    ///
    /// A remote store is not asked; what a restore found damaged in it is known by `damage`.
    func hasManifest(of record: KeyRecord) async throws(CacheError) -> Bool {
        if let base = record.baseName, try await !isPresent(base) { return false }
        return try await isPresent(record.manifestName)
    }

    /// Which of an entry's packs the store has, by index.
    ///
    /// A remote store is not asked, pack by pack: an entry's packs are written before its record and
    /// removed long after it. Those that a restore found damaged are known by `damage`.
    func presentPacks(
        _ packs: [Manifest.Pack],
        _ record: KeyRecord
    ) async throws(CacheError) -> Set<Int> {
        if !store.isOnThisMachine, store.isShared(record.name) {
            let damaged = damage?.names() ?? []
            return Set(packs.indices.filter { !damaged.contains(packs[$0].name) })
        }
        var present: Set<Int> = []
        for (index, pack) in packs.enumerated() {
            do throws(StoreError) {
                if try await store.info(pack.name)?.size == pack.storedSize {
                    present.insert(index)
                }
            } catch {
                throw CacheError(error)
            }
        }
        return present
    }

    /// Whether the store has an object; a remote one is not asked, as for packs.
    func isPresent(_ name: String) async throws(CacheError) -> Bool {
        guard store.isOnThisMachine else { return damage?.names().contains(name) != true }
        do throws(StoreError) {
            return try await store.info(name)?.isWhole ?? false
        } catch {
            throw CacheError(error)
        }
    }

    private func list(_ prefix: String) async throws(CacheError) -> [ObjectInfo] {
        do throws(StoreError) {
            return try await store.listObjects(prefix: prefix)
        } catch {
            throw CacheError(error)
        }
    }
}
