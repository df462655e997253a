/// A copy of entries to another store, a few at a time: packs first, then manifests, then records.
struct Transfer: Sendable {
    let source: any CacheStore
    let target: any CacheStore
    /// Whether the source is a directory, where damaged bytes stay damaged.
    let isSourceDirectory: Bool
    /// The target, if its users touch objects there, under its lock.
    let lockedTarget: (any LocalCacheStore)?
    let selection: TransferSelection
    let dryRun: Bool

    /// The number of objects in flight, which bounds the memory in use.
    static let width = 6
    /// The number of entries that are copied before their records are written.
    private static let batchSize = 32

    /// An entry that the target lacks.
    private struct MissingEntry: Sendable {
        var record: KeyRecord
        var bytes: [UInt8]
        var listed: ObjectInfo
        var packs: [Manifest.Pack] = []
    }

    private enum RecordState: Sendable {
        case missing(MissingEntry)
        case present
        case notSelected
        case damaged(String)
    }

    func run(_ direction: TransferDirection) async throws -> TransferReport {
        var report = TransferReport(direction: direction)
        let prefix = selection.scope.map(StoreLayout.scopePrefix) ?? StoreLayout.keys
        let names = Set(try await target.listObjects(prefix: prefix).map(\.name))
        // The newest come first: if the transfer is interrupted, they are worth most.
        let records = try await source.listObjects(prefix: prefix)
            .sorted { ($0.modified, $0.name) > ($1.modified, $1.name) }
        var objects = try await TargetObjects(target, locked: lockedTarget)
        for start in stride(from: 0, to: records.count, by: Transfer.batchSize) {
            let batch = Array(records[start..<min(start + Transfer.batchSize, records.count)])
            let states = try await mapConcurrently(batch, width: Transfer.width) { [objects] info in
                try await self.state(of: info, isListed: names.contains(info.name), objects)
            }
            var missing: [MissingEntry] = []
            for case (let info, let state) in zip(batch, states) {
                switch state {
                case .missing(let entry): missing.append(entry)
                case .present: report.entriesPresent += 1
                case .damaged(let reason): report.skipped.append("'\(info.name)': \(reason)")
                case .notSelected: break
                }
            }
            try await copy(missing, &objects, &report)
        }
        return report
    }

    /// Reads a record, and the list of packs of an entry that must be copied.
    private func state(
        of info: ObjectInfo,
        isListed: Bool,
        _ objects: TargetObjects
    ) async throws -> RecordState {
        do throws(CacheError) {
            let reader = EntryReader(stores: CacheStores(shared: source))
            guard let bytes = try await bytes(of: info.name, in: source) else {
                return .notSelected
            }
            let record = try KeyRecord.decode(bytes)
            guard record.name == info.name else {
                throw CacheError.damaged("the key record was written for another entry")
            }
            guard selection.scope == nil || record.scope == selection.scope,
                selection.keys.isEmpty || selection.keys.contains(record.key)
            else { return .notSelected }
            if isListed, let other = try await recordToKeep(insteadOf: record) {
                let isSame = other.manifest == record.manifest
                guard isSame, try await !isWhole(other, objects) else { return .present }
            }
            var entry = MissingEntry(record: record, bytes: bytes, listed: info)
            entry.packs = try await reader.packs(of: record)
            return .missing(entry)
        } catch {
            guard error.code == .damaged else { throw error }
            return .damaged(error.description)
        }
    }

    /// Reads the target's record of an entry; `nil` if the given record replaces it.
    private func recordToKeep(insteadOf record: KeyRecord) async throws(CacheError) -> KeyRecord? {
        guard let bytes = try await bytes(of: record.name, in: target),
            let other = try? KeyRecord.decode(bytes)
        else { return nil }
        // A complete entry replaces one that lacks files, as a save does.
        if other.leftOut > 0, record.leftOut == 0 { return nil }
        return record.key != nil || other.saved >= record.saved ? other : nil
    }

    /// Returns whether the target has all objects of an entry whose record it has.
    ///
    /// The local one of two stores gets a record with every restore, but only the packs that
    /// the restore needed. A shared store is not checked, because its records are written last.
    private func isWhole(
        _ record: KeyRecord,
        _ objects: TargetObjects
    ) async throws(CacheError) -> Bool {
        guard lockedTarget != nil else { return true }
        do throws(CacheError) {
            let reader = EntryReader(stores: CacheStores(shared: target))
            let packs = try await reader.packs(of: record).map(\.name)
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
            return try await store.read(record, limit: Limits.record)?.bytes
        } catch {
            throw CacheError(error, reading: record)
        }
    }

    private func copy(
        _ entries: [MissingEntry],
        _ objects: inout TargetObjects,
        _ report: inout TransferReport
    ) async throws {
        var damaged: [String: String] = [:]
        let packs = entries.flatMap { $0.packs.map { ($0.name, $0.storedSize) } }
        try await copy(packs, &objects, &report, &damaged)
        // A manifest must not reach a store without its packs.
        let whole = entries.filter { entry in !entry.packs.contains { damaged[$0.name] != nil } }
        let manifests = whole.flatMap { $0.record.manifestNames.map { ($0, UInt64(0)) } }
        try await copy(manifests, &objects, &report, &damaged)
        for entry in entries {
            let needed = entry.packs.map(\.name) + entry.record.manifestNames
            if let reason = needed.compactMap({ damaged[$0] }).first {
                report.skipped.append("'\(entry.record.name)': \(reason)")
            } else if try await write(entry) {
                report.entries.append(CacheEntryInfo(entry.record, entry.listed))
            } else {
                report.entriesPresent += 1
            }
        }
    }

    /// Copies those objects that the target lacks, and adds the damaged ones with the reason; a
    /// size is 0 if it is not known.
    private func copy(
        _ wanted: [(name: String, size: UInt64)],
        _ objects: inout TargetObjects,
        _ report: inout TransferReport,
        _ damaged: inout [String: String]
    ) async throws {
        var sizes: [String: UInt64] = [:]
        for (name, size) in wanted where !objects.isCompleted(name) { sizes[name] = size }
        let names = sizes.keys.sorted()
        let (state, dryRun, known) = (objects, dryRun, sizes)
        let results = try await mapConcurrently(names, width: Transfer.width) { name in
            let size = known[name] ?? 0
            if try await state.has(name, size: size, dryRun: dryRun) {
                return ObjectCopy.Outcome.present
            }
            if dryRun {
                return .written(size > 0 ? size : try await source.info(name)?.size ?? 0)
            }
            let copy = ObjectCopy(source: source, target: target, isLocal: isSourceDirectory)
            return try await copy.run(name, replacing: state.isListed(name))
        }
        for (name, result) in zip(names, results) {
            switch result {
            case .present: report.objectsPresent += 1
            case .written(let size):
                report.objects += 1
                report.bytes += size
            case .damaged(let reason):
                damaged[name] = reason
                continue
            }
            objects.markCompleted(name)
        }
    }

    /// Writes a record, unless the target has got one meanwhile.
    private func write(_ entry: MissingEntry) async throws -> Bool {
        if dryRun { return true }
        let name = entry.record.name
        if entry.record.key != nil, lockedTarget == nil {
            if try await target.create(name, entry.bytes) { return true }
        }
        if try await recordToKeep(insteadOf: entry.record) != nil { return false }
        try await target.write(name, entry.bytes)
        return true
    }
}
