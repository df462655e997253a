/// A reader of the key records and manifests of a store, each of which it verifies.
struct EntryReader: Sendable {
    let stores: CacheStores
    /// Whether a damaged object on this machine is deleted, so that the next save writes it again.
    ///
    /// An object of a remote store stays, because it can have been damaged on the way.
    var removesDamage = false
    /// The damaged objects that were found in a store that is not on this machine.
    var damage: DamageLog?
    /// The manifests that this machine keeps of a store that is not on it.
    var manifests: LocalManifestCache?
    /// The enforcer that refuses records by the policy; `nil` accepts all records.
    var policyEnforcer: PolicyEnforcer?

    private var store: any CacheStore { stores.store }

    /// Reads the record of exactly this identity; `nil` if it does not exist.
    func record(
        scope: String,
        key: String?,
        version: ContentDigest
    ) async throws(CacheError) -> KeyRecord? {
        let name = StoreLayout.record(scope: scope, key: key, version: version)
        return try await record(named: name)
    }

    /// Reads the records of a scope whose keys begin with `prefix`, newest first, and the damage of
    /// those that cannot be read.
    func records(
        scope: String,
        keyPrefix prefix: String,
        version: ContentDigest
    ) async throws(CacheError) -> (records: [KeyRecord], damage: [CacheError]) {
        let names = try await list(StoreLayout.prefix(scope: scope, keyPrefix: prefix))
        var records: [KeyRecord] = []
        var damage: [CacheError] = []
        for info in names where info.name.hasSuffix("/" + version.hex) {
            do throws(CacheError) {
                guard let record = try await record(named: info.name), let key = record.key,
                    key.utf8.starts(with: prefix.utf8)
                else { continue }
                records.append(record)
            } catch {
                if error.code == .damaged { damage.append(error) }
            }
        }
        return (records.sorted { ($0.saved, $0.name) > ($1.saved, $1.name) }, damage)
    }

    /// Reads the scope's newest record of this path set, with any key; a save works without it, so
    /// a record that cannot be read is skipped without a note.
    ///
    /// The record of a default entry is always the newest one, because every save replaces it.
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

    /// Reads the record with an object name.
    ///
    /// Throws `damaged` if the record was copied to another name, and `refused` by the policy.
    func record(named name: String) async throws(CacheError) -> KeyRecord? {
        let bytes: [UInt8]?
        do throws(StoreError) {
            bytes = try await store.read(name, limit: Limits.record)?.bytes
        } catch {
            throw CacheError(error, reading: name)
        }
        guard let bytes else { return nil }
        do throws(CacheError) {
            let record = try KeyRecord.decode(bytes)
            guard record.name == name else {
                throw .damaged("the key record was written for another entry: '\(record.name)'")
            }
            try policyEnforcer?.check(record)
            return record
        } catch {
            throw error.named(name)
        }
    }

    /// Reads the manifest that a record refers to, and verifies it before it is decompressed.
    func manifest(of record: KeyRecord) async throws(CacheError) -> Manifest {
        let name = record.manifestName
        do throws(CacheError) {
            guard record.base == nil else { return try await text(of: record).manifest() }
            let stored = try await manifest(name, record.manifest, limit: Limits.manifestStored)
            return try await ParallelManifestDecoder.decode(stored, record.codec)
        } catch {
            throw error.named(name)
        }
    }

    /// Reads a record's manifest, and compares it with the numbers in the record.
    func consistentManifest(of record: KeyRecord) async throws(CacheError) -> Manifest {
        let manifest = try await manifest(of: record)
        guard (manifest.fileCount, manifest.contentBytes) == (record.files, record.bytes) else {
            throw .damaged("the key record and its manifest differ in the number of files or bytes")
        }
        return manifest
    }

    /// Reads the list of packs at the head of a record's manifest.
    func packs(of record: KeyRecord) async throws(CacheError) -> [Manifest.Pack] {
        let (name, limit) = (record.manifestName, Limits.manifestStored)
        let stored = try await manifest(name, record.manifest, limit: limit)
        do throws(CacheError) {
            return try ManifestHead.packs(of: stored, record.codec, base: record.base)
        } catch {
            throw error.named(name)
        }
    }

    /// Reads the whole text of a record's manifest, and the text of its base.
    func text(of record: KeyRecord) async throws(CacheError) -> WholeText {
        let codec = record.codec
        let (text, entries) = try await self.text(record.manifestName, record.manifest, codec)
        guard let name = record.baseName, let digest = record.base else {
            return WholeText(text: text, base: text, maximumEntries: entries)
        }
        let (base, more) = try await self.text(name, digest, codec)
        return WholeText(
            text: try ManifestDelta.apply(text, to: base, named: digest),
            base: base,
            maximumEntries: entries + more
        )
    }

    /// The whole text of a manifest that is stored whole or as a delta.
    struct WholeText: Sendable {
        var text: [UInt8]
        /// The text of the base; the same text, if the manifest is stored whole.
        var base: [UInt8]
        /// The largest number of entries that is accepted for the stored size.
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
        do throws(CacheError) {
            let text = try await ParallelManifestDecoder.text(of: bytes, codec)
            return (text, Limits.manifestEntries(ofStored: bytes.count))
        } catch {
            throw error.named(name)
        }
    }

    /// Reads the record of source times, if the entry has one.
    func sources(of record: KeyRecord) async throws(CacheError) -> SourceRecord? {
        guard let name = record.sourcesName, let digest = record.sources else { return nil }
        let bytes = try await manifest(name, digest, limit: Limits.sourcesStored)
        let limit = min(Limits.sourcesContent, Limits.manifestContent(ofStored: bytes.count))
        do throws(CacheError) {
            return try SourceRecord.decode(record.codec.decode(bytes, limit: limit))
        } catch {
            throw error.named(name)
        }
    }

    /// Reads the stored bytes of a manifest, from this machine if it has them.
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

    /// Reads an object and compares its bytes with the digest in its name.
    func readVerified(
        _ name: String,
        _ digest: ContentDigest,
        limit: UInt64
    ) async throws(CacheError) -> [UInt8] {
        let object: StoredObject?
        do throws(StoreError) {
            object = try await store.read(name, limit: limit)
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
        // The object was only damaged on the way, or has been written again.
        if let damage, damage.names().contains(name) { damage.remove(name) }
        return object.bytes
    }

    private func remove(_ name: String) async {
        guard removesDamage, stores.isLocal, let name = ObjectName(name) else { return }
        try? await store.delete(name)
    }

    /// Whether the store has the manifest that a record refers to.
    ///
    /// A remote store is not asked; `damage` has the objects that a restore found damaged in it.
    func hasManifest(of record: KeyRecord) async throws(CacheError) -> Bool {
        if let base = record.baseName, try await !isPresent(base) { return false }
        return try await isPresent(record.manifestName)
    }

    /// The indices of an entry's packs that the store has.
    ///
    /// A remote store is not asked for each pack, because an entry's packs are written before its
    /// record and deleted long after it. `damage` has the packs that a restore found damaged.
    func presentPacks(
        _ packs: [Manifest.Pack],
        _ record: KeyRecord
    ) async throws(CacheError) -> Set<Int> {
        if !stores.isLocal, stores.isShared(record.name) {
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

    /// Whether the store has an object; a remote store is not asked, as for packs.
    func isPresent(_ name: String) async throws(CacheError) -> Bool {
        guard stores.isLocal else { return damage?.names().contains(name) != true }
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
