/// A scan for the objects that the key records of a store refer to.
///
/// Each record is read once, several at a time, even if the records are listed again. Of a manifest
/// only the head is read, which lists its packs.
struct ReachabilityScan {
    /// An entry with the names of all objects that it refers to.
    struct Entry: Sendable {
        var info: CacheEntryInfo
        /// The record as it was listed.
        var listed: ObjectInfo
        var objects: Set<String>
        /// The names of the entry's manifests, joined to one text, and the packs that they refer to.
        fileprivate var packIndex: (manifests: String, packs: [String])
    }

    private enum RecordState: Sendable {
        case entry(Entry)
        case damaged
        case deleted
    }

    private let store: any CacheStore
    /// Whether the store is on this machine, where damaged bytes stay damaged.
    private let isLocal: Bool
    private let width: Int
    private var packIndex: [String: [String]]
    /// Records that count as deleted, in a dry run.
    private var ignored: Set<String> = []
    /// The entries by the names of their records.
    private(set) var entries: [String: Entry] = [:]
    /// The unreadable records by name.
    private(set) var damaged: [String: ObjectInfo] = [:]

    /// Creates a scan of `width` records at once, with the packs of manifests read earlier.
    init(_ store: any CacheStore, isLocal: Bool, width: Int, packIndex: [String: [String]]) {
        self.store = store
        self.isLocal = isLocal
        self.width = width
        self.packIndex = packIndex
    }

    /// The names of all objects that entries refer to.
    var objects: Set<String> {
        entries.values.reduce(into: []) { $0.formUnion($1.objects) }
    }

    /// The packs of the manifests in use.
    var usedPackIndex: [String: [String]] {
        let packs = entries.values.map { ($0.packIndex.manifests, $0.packIndex.packs) }
        return Dictionary(packs) { first, _ in first }
    }

    /// Treats records as deleted from now on.
    mutating func ignore(_ names: [String]) {
        ignored.formUnion(names)
        for name in names { entries[name] = nil }
    }

    /// Lists the records and returns the new and changed ones; damaged ones are kept in `damaged`.
    @discardableResult
    mutating func update() async throws -> [Entry] {
        let listed = try await store.listObjects(prefix: StoreLayout.keys)
            .filter { !ignored.contains($0.name) }
        let names = Set(listed.map(\.name))
        entries = entries.filter { names.contains($0.key) }
        damaged = damaged.filter { names.contains($0.key) }
        let unread = listed.filter { entries[$0.name]?.listed != $0 && damaged[$0.name] != $0 }
        var read: [Entry] = []
        let (store, packIndex, retries) = (store, packIndex, !isLocal)
        let states = try await mapConcurrently(unread, width: width) { info in
            (info, try await ReachabilityScan.state(of: info, in: store, packIndex, retries))
        }
        for (info, state) in states {
            entries[info.name] = nil
            damaged[info.name] = nil
            switch state {
            case .entry(let entry):
                entries[info.name] = entry
                self.packIndex[entry.packIndex.manifests] = entry.packIndex.packs
                read.append(entry)
            case .damaged: damaged[info.name] = info
            case .deleted: break
            }
        }
        return read
    }

    /// Reads a record and the head of its manifest; reads damaged bytes of a remote store once more.
    private static func state(
        of info: ObjectInfo,
        in store: any CacheStore,
        _ packIndex: [String: [String]],
        _ retries: Bool
    ) async throws -> RecordState {
        let reader = EntryReader(stores: CacheStores(shared: store))
        do throws(CacheError) {
            guard let record = try await reader.record(named: info.name) else { return .deleted }
            let manifests = record.manifestNames.joined(separator: ",")
            let known = packIndex[manifests]
            let packs =
                if let known { known } else { try await reader.packs(of: record).map(\.name) }
            let entry = Entry(
                info: CacheEntryInfo(record, info),
                listed: info,
                objects: Set(packs).union(record.manifestNames),
                packIndex: (manifests, packs)
            )
            return .entry(entry)
        } catch {
            guard error.code == .damaged else { throw error }
            guard retries else { return .damaged }
        }
        return try await state(of: info, in: store, packIndex, false)
    }
}
