internal import BuildspecFiles
internal import SystemPackage

/// What every operation of a cache needs to know.
struct CacheSettings: Sendable {
    var store: any CacheStore
    /// Where absolute paths start: `/`, or a directory that stands for it.
    var top: PathBytes
    /// The codec of new objects.
    var codec: Codec
    /// How many batches, packs or fetches are under way at once.
    var width: Int
    /// Where this machine remembers what files looked like; `nil` is nowhere.
    var indexDirectory: PathBytes?
    /// Who writes, for the key record.
    var writer: String
    /// What keeps entries that the policy refuses from being used.
    var recordGuard: PolicyEnforcer?
    /// What signs new records.
    var signingKey: SigningKey?
    /// What the program writes beside its stores, links resolved.
    var ownPlaces: [PathBytes] = []
    /// Whether nothing is ever written.
    var isReadOnly = false

    /// How many objects of the store are read or written at once: a remote one is waited for.
    var transfers: Int { store.isOnThisMachine ? width : max(width, TieredStore.transfers) }

    /// What was found damaged in a store that is not on this machine.
    var damage: DamageLog? {
        store.isOnThisMachine ? nil : indexDirectory.map { DamageLog($0, store.location) }
    }

    /// What this machine has found out of manifests; `nil` where it remembers nothing.
    var verdicts: VerifiedManifests? { indexDirectory.map { VerifiedManifests($0) } }

    /// A reader of the store.
    ///
    /// - Parameter removesDamage: whether damaged objects on this machine are removed.
    /// - Returns: the reader.
    func reader(removesDamage: Bool = false) -> EntryReader {
        EntryReader(
            store: store,
            removesDamage: removesDamage,
            damage: damage,
            manifests: manifests,
            recordGuard: recordGuard
        )
    }

    /// A reader of all entries, also of those that the policy refuses: only for looking at them.
    func readerOfAll() -> EntryReader {
        var reader = reader()
        reader.recordGuard = nil
        return reader
    }

    /// Where an operation looks for entries.
    func lookup(
        _ identity: CacheIdentity,
        _ set: PathSet,
        removesDamage: Bool = false
    ) -> EntryLookup {
        EntryLookup(
            reader: reader(removesDamage: removesDamage),
            identity: identity,
            version: KeyRecord.version(ofPaths: set.canonicalTexts),
            formerVersion: set.formerTexts.map { KeyRecord.version(ofPaths: $0) }
        )
    }

    /// What the user should know and was not told yet, of the store and of what was refused.
    func takeNotes() -> [String] { (recordGuard?.takeNotes() ?? []) + store.takeNotes() }

    /// What to keep of a restored entry's record.
    func origin(_ record: KeyRecord, _ identity: CacheIdentity) -> EntryOrigin {
        let trust = recordGuard?.policy.trust(in: record) ?? .unchecked
        return EntryOrigin(record, ownScope: identity.scope, trust: trust)
    }

    /// A writer to the store.
    func objectWriter() -> ObjectWriter {
        ObjectWriter(
            store: store,
            codec: codec,
            damage: damage,
            // A store in two parts looks itself at what is marked in its far one.
            marked: store is TieredStore || store.isOnThisMachine ? nil : PendingDeletions(store),
            manifests: manifests
        )
    }

    /// Where manifests are kept that would otherwise be fetched again and again.
    var manifests: LocalManifestCache? {
        localStore == nil && !store.isOnThisMachine
            ? indexDirectory.map { LocalManifestCache($0) } : nil
    }

    /// The store or the part of it that is on this machine.
    var localStore: (any LocalCacheStore)? {
        (store as? TieredStore)?.near ?? store as? any LocalCacheStore
    }

    /// Whether the shared store lacks an entry that the near one has, so that a save must send it.
    func isNearOnly(_ record: KeyRecord) -> Bool {
        (store as? TieredStore)?.lacksInFar(record.name) ?? false
    }

    /// The directories of the stores: that on this machine, and a shared one that is a directory.
    var storeDirectories: [FilePath] {
        let stores = (store as? TieredStore).map { [$0.near, $0.far] } ?? [store]
        return stores.compactMap { ($0.underlying as? any LocalCacheStore)?.directory }
    }

    /// Where the program writes for itself, links resolved: no cache has anything of it, and no restore
    /// changes it.
    func closedPlaces() -> [PathBytes] {
        storeDirectories.map { Machine.settled(PathBytes($0.string)) } + ownPlaces
    }

    /// The directories among them that are there.
    func closedDirectories() -> Set<FileStatus.Identity> {
        let found = closedPlaces().compactMap { try? DirectoryHandle.open($0).status().identity }
        return Set(found)
    }
}
