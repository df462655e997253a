/// An entry of a store, as a listing shows it.
public struct CacheEntryInfo: Sendable, Equatable {
    /// The scope.
    public var scope: String
    /// The key; `nil` for the scope's default entry.
    public var key: String?
    /// The declared paths in canonical form.
    public var paths: [String]
    /// The number of regular files.
    public var files: Int
    /// The content bytes of the files.
    public var bytes: UInt64
    /// The stored bytes of the packs that the entry refers to, which other entries may share.
    public var stored: UInt64
    /// The time of the save, in seconds since 1970.
    public var saved: Int64
    /// The time of the last save or restore, in seconds since 1970.
    public var lastUsed: Int64
    /// The name of the key record in the store.
    public var recordName: String
    /// The name that the saving machine gave itself.
    public var writer: String
    /// The id of the signing key that the record names; `nil` without a signature.
    public var signer: String?
    /// The number of files that the save could not read; the key's next save replaces the entry.
    public var filesLeftOut = 0
    /// The decision of the policy.
    public var trust = EntryTrust.unchecked
}

extension CacheEntryInfo {
    /// The entry's paths in a form that can be declared again.
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

extension KeyRecord {
    /// Converts a record's paths to a form that can be declared, in which `./` names no file.
    static func declarable(_ paths: [String]) -> [String] { paths.map { $0 == "./" ? "**/*" : $0 } }
}

extension BuildCache {
    /// Returns a copy for commands that only show the cache.
    ///
    /// Such a copy does not fill the local store from the shared one, and no entry counts as used.
    public func inspecting() -> BuildCache { changed { $0.use(.inspecting) } }

    /// Returns and forgets the unreported notes about the store, one line each.
    public func drainNotes() -> [String] { settings.stores.drainNotes() }

    /// Lists the entries of the store, last used first.
    ///
    /// - Returns: The entries, and a line for every key record that cannot be read.
    /// - Throws: `CacheError` when the store cannot be read at all.
    public func entries() async throws -> (entries: [CacheEntryInfo], problems: [String]) {
        try await onBlockingThreads {
            // Refused entries are listed too.
            let reader = EntryReader(stores: settings.stores)
            var entries: [CacheEntryInfo] = []
            var problems: [String] = []
            for info in try await settings.store.listObjects(prefix: StoreLayout.keys) {
                do throws(CacheError) {
                    guard let record = try await reader.record(named: info.name) else { continue }
                    entries.append(CacheEntryInfo(record, info, policy))
                } catch {
                    guard error.code == .damaged else { throw error }
                    problems.append(error.description)
                }
            }
            entries.sort {
                ($0.lastUsed, $0.saved, $0.recordName) > ($1.lastUsed, $1.saved, $1.recordName)
            }
            return (entries: entries, problems: problems)
        }
    }
}

extension CacheSettings {
    /// Changes the use of two stores; one store has only one use.
    mutating func use(_ use: StorePair.Use) {
        stores.pair = stores.pair.map { StorePair($0, for: use) }
    }
}
