internal import BuildspecFiles
internal import SystemPackage

/// The settings that all operations of a cache share.
struct CacheSettings: Sendable {
    var stores: CacheStores
    /// The store that operations read and write: one of the stores, or both combined.
    var store: any CacheStore { stores.store }
    /// The directory where absolute paths start: `/`, or a directory that stands for `/`.
    var fileSystemRoot: PathBytes
    /// The codec of new objects.
    var codec: Codec
    /// The number of batches, packs or fetches in flight.
    var width: Int
    /// The directory of this machine's cache state, such as the stat index; `nil` keeps no state.
    var indexDirectory: PathBytes?
    /// The name of the writer, for the key record.
    var writer: String
    /// The check that refuses entries against the policy; `nil` accepts every entry.
    var policyEnforcer: PolicyEnforcer?
    /// The key that signs new records.
    var signingKey: SigningKey?
    /// Files and directories that the program writes outside of its stores, links resolved.
    var programPaths: [PathBytes] = []
    /// Whether nothing is ever written.
    var isReadOnly = false

    /// The number of objects in flight; more for a remote store, which answers late.
    var concurrentTransfers: Int {
        stores.isLocal ? width : max(width, StorePair.concurrentTransfers)
    }

    /// The log of damaged objects of a store that is not on this machine.
    var damage: DamageLog? {
        stores.isLocal ? nil : indexDirectory.map { DamageLog($0, stores.location) }
    }

    /// This machine's list of verified manifests; `nil` without a directory for state.
    var verifiedManifests: VerifiedManifests? { indexDirectory.map { VerifiedManifests($0) } }

    /// Creates a reader of the store, which may delete damaged objects on this machine.
    func reader(removesDamage: Bool = false) -> EntryReader {
        EntryReader(
            stores: stores,
            removesDamage: removesDamage,
            damage: damage,
            manifests: manifests,
            policyEnforcer: policyEnforcer
        )
    }

    /// Creates a reader that ignores the policy; only for commands that show entries.
    func unrestrictedReader() -> EntryReader {
        var reader = reader()
        reader.policyEnforcer = nil
        return reader
    }

    /// Creates the search for the entries of an identity.
    func lookup(
        _ identity: CacheIdentity,
        _ set: PathSet,
        removesDamage: Bool = false
    ) -> EntryLookup {
        EntryLookup(
            reader: reader(removesDamage: removesDamage),
            identity: identity,
            version: set.version,
            formerVersion: set.formerTexts.map { KeyRecord.version(ofPaths: $0) }
        )
    }

    /// Returns and forgets the unreported notes of the policy and the store.
    func drainNotes() -> [String] { (policyEnforcer?.drainNotes() ?? []) + stores.drainNotes() }

    /// Describes the origin of a restored entry, from its record.
    func origin(_ record: KeyRecord, _ identity: CacheIdentity) -> EntryOrigin {
        let trust = policyEnforcer?.policy.trust(in: record) ?? .unchecked
        return EntryOrigin(record, ownScope: identity.scope, trust: trust)
    }

    /// Creates a writer to the store.
    func objectWriter() -> ObjectWriter {
        ObjectWriter(
            stores: stores,
            codec: codec,
            damage: damage,
            // A pair itself checks the pending deletions of its shared store.
            pendingDeletions: stores.pair != nil || stores.isLocal ? nil : PendingDeletions(store),
            manifests: manifests
        )
    }

    /// This machine's copies of manifests that would otherwise be fetched again and again.
    var manifests: LocalManifestCache? {
        stores.local == nil && !stores.isLocal
            ? indexDirectory.map { LocalManifestCache($0) } : nil
    }

    /// Whether only the local store has an entry, so that a save must send it to the shared store.
    func isLocalOnly(_ record: KeyRecord) -> Bool {
        stores.pair?.isMissingInSharedStore(record.name) ?? false
    }

    /// The program's paths, links resolved, which no save reads and no restore changes.
    func excludedPaths() -> [PathBytes] {
        stores.directories.map { Machine.resolved(PathBytes($0.string)) } + programPaths
    }

    /// The existing directories among the excluded paths.
    func excludedDirectories() -> Set<FileStatus.Identity> {
        let found = excludedPaths().compactMap { try? DirectoryHandle.open($0).status().identity }
        return Set(found)
    }
}
