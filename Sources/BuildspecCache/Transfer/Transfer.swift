/// Moves entries from one store to another, a few at a time: packs, manifests, and then the records.
struct Transfer: Sendable {
    let source: any CacheStore
    let target: any CacheStore
    /// Whether who uses the target makes objects young there, under its lock.
    let isLocked: Bool
    let selection: TransferSelection
    let dryRun: Bool

    /// How many objects are under way at once, and so how much memory is in use.
    static let width = 6
    /// How many entries are moved before their records are written.
    private static let batch = 32

    /// An entry that the target lacks.
    private struct Item: Sendable {
        var record: KeyRecord
        var bytes: [UInt8]
        var seen: ObjectInfo
        var packs: [Manifest.Pack] = []
    }

    /// What came of reading a record of the source.
    private enum Found: Sendable {
        case item(Item)
        case present
        case other
        case damaged(String)
    }

    func run(_ direction: TransferDirection) async throws -> TransferReport {
        var report = TransferReport(direction: direction)
        let prefix = selection.scope.map(StoreLayout.scopePrefix) ?? StoreLayout.keys
        let names = Set(try await target.listObjects(prefix: prefix).map(\.name))
        // The newest first: if there is no time for all, these are worth most.
        let records = try await source.listObjects(prefix: prefix)
            .sorted { ($0.modified, $0.name) > ($1.modified, $1.name) }
        var objects = try await TargetObjects(target, isLocked: isLocked)
        for start in stride(from: 0, to: records.count, by: Transfer.batch) {
            let batch = Array(records[start..<min(start + Transfer.batch, records.count)])
            let found = try await mapConcurrently(batch, width: Transfer.width) { [objects] info in
                try await self.found(info, isThere: names.contains(info.name), objects)
            }
            var items: [Item] = []
            for case (let info, let found) in zip(batch, found) {
                switch found {
                case .item(let item): items.append(item)
                case .present: report.entriesPresent += 1
                case .damaged(let reason): report.skipped.append("'\(info.name)': \(reason)")
                case .other: break
                }
            }
            try await move(items, &objects, &report)
        }
        return report
    }

    /// Reads a record, and the packs of an entry that must be moved.
    private func found(
        _ info: ObjectInfo,
        isThere: Bool,
        _ objects: TargetObjects
    ) async throws -> Found {
        do throws(CacheError) {
            let reader = EntryReader(store: source)
            guard let bytes = try await bytes(of: info.name, in: source) else { return .other }
            let record = try KeyRecord.decode(bytes)
            guard record.name == info.name else {
                throw CacheError.damaged("the key record was written for another entry")
            }
            guard selection.scope == nil || record.scope == selection.scope,
                selection.keys.isEmpty || selection.keys.contains(record.key)
            else { return .other }
            if isThere, let other = try await staying(record) {
                let isSame = other.manifest == record.manifest
                guard isSame, try await !isWhole(other, objects) else { return .present }
            }
            var item = Item(record: record, bytes: bytes, seen: info)
            item.packs = try await reader.packs(of: record)
            return .item(item)
        } catch {
            guard error.code == .damaged else { throw error }
            return .damaged(error.description)
        }
    }

    /// The target's record of an entry, if it is not to be overwritten by this one.
    private func staying(_ record: KeyRecord) async throws(CacheError) -> KeyRecord? {
        guard let bytes = try await bytes(of: record.name, in: target),
            let other = try? KeyRecord.decode(bytes)
        else { return nil }
        return record.key != nil || other.saved >= record.saved ? other : nil
    }

    /// Whether the target has all of an entry whose record it has.
    ///
    /// In front of a shared store, a directory gets records with every restore, and of packs those that
    /// were needed. A shared store is not asked: there the record is written last.
    private func isWhole(
        _ record: KeyRecord,
        _ objects: TargetObjects
    ) async throws(CacheError) -> Bool {
        guard isLocked else { return true }
        do throws(CacheError) {
            let packs = try await EntryReader(store: target).packs(of: record).map(\.name)
            return (packs + record.manifestNames).allSatisfy { objects.isListed($0) }
        } catch {
            guard error.code == .damaged else { throw error }
            return false
        }
    }

    private func bytes(
        of record: String,
        in store: any CacheStore
    ) async throws(CacheError) -> [UInt8]? {
        do throws(StoreError) {
            return try await store.read(record, limit: Limits.record)
        } catch {
            throw CacheError(error, reading: record)
        }
    }

    private func move(
        _ items: [Item],
        _ objects: inout TargetObjects,
        _ report: inout TransferReport
    ) async throws {
        var bad: [String: String] = [:]
        let packs = items.flatMap { $0.packs.map { ($0.name, $0.storedSize) } }
        try await move(packs, &objects, &report, &bad)
        // A manifest must not come to where one of its packs did not.
        let whole = items.filter { item in !item.packs.contains { bad[$0.name] != nil } }
        let manifests = whole.flatMap { $0.record.manifestNames.map { ($0, UInt64(0)) } }
        try await move(manifests, &objects, &report, &bad)
        for item in items {
            let needed = item.packs.map(\.name) + item.record.manifestNames
            if let reason = needed.compactMap({ bad[$0] }).first {
                report.skipped.append("'\(item.record.name)': \(reason)")
            } else if try await write(item) {
                report.entries.append(CacheEntryInfo(item.record, item.seen))
            } else {
                report.entriesPresent += 1
            }
        }
    }

    /// Moves what is missing of some objects.
    ///
    /// - Parameters:
    ///   - wanted: their names, and the sizes where these are known.
    ///   - objects: what the target has.
    ///   - report: takes what was moved.
    ///   - bad: takes what is damaged in the source, with the reason.
    /// - Throws: when a store cannot be read or written.
    private func move(
        _ wanted: [(name: String, size: UInt64)],
        _ objects: inout TargetObjects,
        _ report: inout TransferReport,
        _ bad: inout [String: String]
    ) async throws {
        var sizes: [String: UInt64] = [:]
        for (name, size) in wanted where !objects.isSettled(name) { sizes[name] = size }
        let names = sizes.keys.sorted()
        let (state, isDry, known) = (objects, dryRun, sizes)
        let results = try await mapConcurrently(names, width: Transfer.width) { name in
            let size = known[name] ?? 0
            if try await state.has(name, size: size, isDry: isDry) {
                return ObjectCopy.Outcome.present
            }
            if isDry {
                return .written(size > 0 ? size : try await source.info(name)?.size ?? 0)
            }
            return try await ObjectCopy(source: source, target: target)
                .run(name, replacing: state.isListed(name))
        }
        for (name, result) in zip(names, results) {
            switch result {
            case .present: report.objectsPresent += 1
            case .written(let size):
                report.objects += 1
                report.bytes += size
            case .damaged(let reason):
                bad[name] = reason
                continue
            }
            objects.settle(name)
        }
    }

    /// Writes a record, unless the target got one meanwhile.
    private func write(_ item: Item) async throws -> Bool {
        if dryRun { return true }
        let name = item.record.name
        if item.record.key != nil, !isLocked {
            if try await target.create(name, item.bytes) { return true }
        }
        if try await staying(item.record) != nil { return false }
        try await target.write(name, item.bytes)
        return true
    }
}
