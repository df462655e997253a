/// An entry of a store, as a listing shows it.
public struct CacheEntryInfo: Sendable, Equatable {
    /// Whose cache it is.
    public var scope: String
    /// Its key; `nil` for the scope's keyless entry.
    public var key: String?
    /// The declared paths in canonical form.
    public var paths: [String]
    /// Its regular files.
    public var files: Int
    /// Their content bytes.
    public var bytes: UInt64
    /// The stored bytes of the packs that it refers to, which other entries may share.
    public var stored: UInt64
    /// When it was saved, in seconds since 1970.
    public var saved: Int64
    /// When it was last saved or restored, in seconds since 1970.
    public var lastUsed: Int64
    /// The name of its key record in the store.
    public var recordName: String
    /// The machine that saved it, by its own words.
    public var writer: String
    /// The id of the key that it says it is signed by; `nil` without a signature.
    public var signer: String?
    /// How many files its save could not read; the next save of its key replaces such an entry.
    public var filesLeftOut = 0
    /// What the policy makes of it.
    public var trust = EntryTrust.unchecked
}

/// What a verification found.
public struct VerifyReport: Sendable, Equatable {
    /// Entries whose key record, manifest and packs were all read.
    public var entries = 0
    /// Packs and manifests that were read.
    public var objects = 0
    /// The stored bytes of those.
    public var bytes: UInt64 = 0
    /// What is wrong, one line each; empty for a sound store.
    public var problems: [String] = []
    /// The records of entries that cannot be restored whole.
    public var brokenEntries: [String] = []
    /// Packs and manifests whose bytes are not what their names promise.
    public var damagedObjects: [String] = []
}

extension BuildCache {
    /// Lists the entries of the store, last used first.
    ///
    /// - Returns: the entries, and a line for every key record that cannot be read.
    /// - Throws: `CacheError` when the store cannot be read at all.
    public func entries() async throws -> (entries: [CacheEntryInfo], problems: [String]) {
        try await onBlockingThreads {
            try await Catalog(store: settings.store, policy: policy).entries()
        }
    }

    /// Reads every object and proves that it is what it should be.
    ///
    /// Of two stores, what the near one has is read there, and what it lacks from the far one.
    ///
    /// - Returns: how much was read and all that is wrong.
    /// - Throws: `CacheError` when the store cannot be read at all.
    public func verify() async throws -> VerifyReport {
        var settings = settings
        settings.use(.proving)
        let verifier = StoreVerifier(store: settings.store, width: settings.width)
        return try await onBlockingThreads { try await verifier.run() }
    }

    /// Removes entries by age, size and count, and objects that no entry refers to.
    ///
    /// Of two stores the shared one is pruned. In a shared store, objects are marked first; a prune
    /// after the grace period removes them.
    ///
    /// - Parameters:
    ///   - limits: what is too old or too much.
    ///   - dryRun: whether to tell only what would be removed.
    /// - Returns: what was removed.
    /// - Throws: `CacheError` when the store cannot be read or written, or must not be.
    public func prune(_ limits: PruneLimits, dryRun: Bool = false) async throws -> PruneReport {
        if !dryRun { try requireWritable() }
        let operation = PruneOperation(
            store: settings.store,
            limits: limits,
            dryRun: dryRun,
            heads: settings.indexDirectory.map {
                ManifestPackIndex($0, PruneOperation.target(of: settings.store).location)
            }
        )
        return try await onBlockingThreads { try await operation.run() }
    }
}

extension KeyRecord {
    /// A record's paths in a form in which they can be declared: all of the root is `./` in a record, and
    /// that names no file where it is declared.
    static func declarable(_ paths: [String]) -> [String] {
        paths.map { $0 == "./" ? "**/*" : $0 }
    }
}

/// Reads the key records of a store.
struct Catalog {
    let store: any CacheStore
    /// What every entry is held against; all are listed.
    var policy: CachePolicy?

    func entries() async throws -> (entries: [CacheEntryInfo], problems: [String]) {
        var entries: [CacheEntryInfo] = []
        var problems: [String] = []
        for info in try await store.listObjects(prefix: StoreLayout.keys) {
            do throws(CacheError) {
                let reader = EntryReader(store: store)
                guard let record = try await reader.record(named: info.name) else { continue }
                entries.append(CacheEntryInfo(record, info, policy))
            } catch {
                guard error.code == .damaged else { throw error }
                problems.append("'\(info.name)': \(error)")
            }
        }
        entries.sort {
            ($0.lastUsed, $0.saved, $0.recordName) > ($1.lastUsed, $1.saved, $1.recordName)
        }
        return (entries, problems)
    }
}

extension CacheEntryInfo {
    /// The entry's paths in a form in which they can be declared again.
    public var declarablePaths: [String] { KeyRecord.declarable(paths) }

    init(_ record: KeyRecord, _ info: ObjectInfo, _ policy: CachePolicy? = nil) {
        self.init(
            scope: record.scope,
            key: record.key,
            paths: record.paths,
            files: record.files,
            bytes: record.bytes,
            stored: record.stored,
            saved: record.saved / 1_000_000_000,
            lastUsed: info.modified,
            recordName: info.name,
            writer: record.writer,
            signer: record.signature?.signer.hex,
            filesLeftOut: record.leftOut,
            trust: policy?.trust(in: record) ?? .unchecked
        )
    }
}
