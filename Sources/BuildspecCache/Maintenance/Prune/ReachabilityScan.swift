/// What the key records of a store refer to.
///
/// Records are listed as often as somebody asks and read once each, several at a time; of manifests only
/// the heads, which say which packs there are.
struct ReachabilityScan {
    /// An entry with the names of all objects that it refers to.
    struct Entry: Sendable {
        var info: CacheEntryInfo
        /// The record as it was listed.
        var seen: ObjectInfo
        var objects: Set<String>
        /// The names of its manifests in one text, and those of the packs that they refer to.
        fileprivate var head: (manifest: String, packs: [String])
    }

    private enum Found: Sendable {
        case entry(Entry)
        case damaged
        case gone
    }

    private let store: any CacheStore
    private let width: Int
    private var heads: [String: [String]]
    /// Records that count as removed, in a dry run.
    private var ignored: Set<String> = []
    /// The entries by the names of their records.
    private(set) var entries: [String: Entry] = [:]
    /// Records that cannot be read, by name.
    private(set) var damaged: [String: ObjectInfo] = [:]

    /// Creates it; nothing is read yet.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - width: how many records are read at once.
    ///   - heads: what is known of manifests already.
    init(_ store: any CacheStore, width: Int, heads: [String: [String]] = [:]) {
        self.store = store
        self.width = width
        self.heads = heads
    }

    /// Everything that entries refer to.
    var objects: Set<String> {
        entries.values.reduce(into: []) { $0.formUnion($1.objects) }
    }

    /// What is known of the manifests that are in use.
    var usedHeads: [String: [String]] {
        Dictionary(entries.values.map { ($0.head.manifest, $0.head.packs) }) { first, _ in first }
    }

    /// Lets records count as removed from now on.
    mutating func ignore(_ names: [String]) {
        ignored.formUnion(names)
        for name in names { entries[name] = nil }
    }

    /// Lists the records, reads those that are new or changed, and forgets those that are gone.
    ///
    /// - Returns: the entries that were read.
    /// - Throws: when the store cannot be read; a damaged record is none.
    @discardableResult
    mutating func update() async throws -> [Entry] {
        let listed = try await store.listObjects(prefix: StoreLayout.keys)
            .filter { !ignored.contains($0.name) }
        let names = Set(listed.map(\.name))
        entries = entries.filter { names.contains($0.key) }
        damaged = damaged.filter { names.contains($0.key) }
        let unknown = listed.filter { entries[$0.name]?.seen != $0 && damaged[$0.name] != $0 }
        var read: [Entry] = []
        let (store, heads) = (store, heads)
        let found = try await concurrently(unknown, width: width) { info in
            (info, try await ReachabilityScan.found(info, in: store, heads))
        }
        for (info, found) in found {
            entries[info.name] = nil
            damaged[info.name] = nil
            switch found {
            case .entry(let entry):
                entries[info.name] = entry
                self.heads[entry.head.manifest] = entry.head.packs
                read.append(entry)
            case .damaged: damaged[info.name] = info
            case .gone: break
            }
        }
        return read
    }

    /// Reads a record and the head of its manifest; what comes damaged is asked for once more.
    private static func found(
        _ info: ObjectInfo,
        in store: any CacheStore,
        _ heads: [String: [String]],
        again: Bool = true
    ) async throws -> Found {
        let reader = EntryReader(store: store)
        do throws(CacheError) {
            guard let record = try await reader.record(named: info.name) else { return .gone }
            let manifest = record.manifestNames.joined(separator: ",")
            let known = heads[manifest]
            let packs =
                if let known { known } else { try await reader.packs(of: record).map(\.name) }
            let entry = Entry(
                info: CacheEntryInfo(record, info),
                seen: info,
                objects: Set(packs).union(record.manifestNames),
                head: (manifest, packs)
            )
            return .entry(entry)
        } catch {
            guard error.code == .damaged else { throw error }
            guard again, !(store is any LocalCacheStore) else { return .damaged }
        }
        return try await found(info, in: store, heads, again: false)
    }
}
