internal import BuildspecFiles

/// What a prune removes.
public struct PruneLimits: Sendable, Equatable {
    /// Entries not used for longer than this many seconds go; `nil` keeps them whatever their age.
    public var maximumAge: Int64?
    /// The least recently used entries go until the store holds at most this many bytes.
    public var maximumSize: UInt64?
    /// Objects younger than this many seconds stay, because a save may be about to refer to them.
    public var gracePeriod: Int64

    /// Creates limits.
    public init(maximumAge: Int64? = nil, maximumSize: UInt64? = nil, gracePeriod: Int64 = 3_600) {
        self.maximumAge = maximumAge
        self.maximumSize = maximumSize
        self.gracePeriod = gracePeriod
    }
}

/// What a prune removed, or would remove.
public struct PruneReport: Sendable, Equatable {
    /// The entries, least recently used first.
    public var removedEntries: [CacheEntryInfo] = []
    /// Key records that could not be read.
    public var removedDamagedRecords = 0
    /// Packs and manifests that no entry refers to.
    public var removedObjects = 0
    /// The stored bytes of those.
    public var removedBytes: UInt64 = 0
    /// Unfinished files of writers that were killed.
    public var removedLeftovers = 0
    /// Entries that stay.
    public var keptEntries = 0
    /// The stored bytes of what stays.
    public var keptBytes: UInt64 = 0
}

/// One prune: entries over the limits go first, then objects that nobody refers to any more.
struct PruneOperation: Sendable {
    let store: any CacheStore
    let limits: PruneLimits
    let dryRun: Bool
    /// The name of a record that stays, whatever the limits say.
    var kept: String?

    func run() async throws -> PruneReport {
        let now = FileTime.now().seconds
        var report = PruneReport()
        let sizes = try await objectSizes()
        var entries = try await records(now, &report)
        entries.sort { $0.info.lastUsed > $1.info.lastUsed }

        // The most recently used entries are kept as long as all that they refer to fits.
        var live: Set<String> = []
        var liveBytes: UInt64 = 0
        for entry in entries {
            let added = entry.objects.subtracting(live)
            let bytes = added.reduce(0) { $0 + (sizes[$1]?.size ?? 0) }
            let isTooOld = limits.maximumAge.map { now - entry.info.lastUsed > $0 } ?? false
            let isTooMuch = limits.maximumSize.map { liveBytes + bytes > $0 } ?? false
            if isTooOld || isTooMuch, entry.info.recordName != kept {
                report.removedEntries.insert(entry.info, at: 0)
            } else {
                live.formUnion(added)
                liveBytes += bytes
                report.keptEntries += 1
            }
        }
        if !dryRun {
            report.removedEntries = try await removed(report.removedEntries, keeping: &report)
            // A save that ended meanwhile may refer to what nobody did before.
            for entry in try await records(now, &report, countingDamaged: false) {
                live.formUnion(entry.objects)
            }
        }
        try await sweep(sizes, live: live, now, &report)
        if let store = (store as? TieredStore)?.near ?? store as? any LocalCacheStore {
            report.removedLeftovers = try store.removeLeftovers(dryRun: dryRun)
        }
        return report
    }

    /// Removes entries, but none that has been used since it was listed: a restore may be at it.
    private func removed(
        _ entries: [CacheEntryInfo],
        keeping report: inout PruneReport
    ) async throws -> [CacheEntryInfo] {
        var removed: [CacheEntryInfo] = []
        for entry in entries {
            if try await remove(entry.recordName, ifUnusedSince: entry.lastUsed) {
                removed.append(entry)
            } else {
                report.keptEntries += 1
            }
        }
        return removed
    }

    /// Removes an object unless it was written or refreshed after the given second.
    ///
    /// On this machine nobody can refresh it between the look and the removal.
    private func remove(_ name: String, ifUnusedSince seconds: Int64) async throws -> Bool {
        let lock = (store as? any LocalCacheStore)?.lock(.exclusive)
        defer { withExtendedLifetime(lock) {} }
        guard let info = try await store.info(name) else { return true }
        guard info.modified <= seconds else { return false }
        try await store.delete(name)
        return true
    }

    private struct Entry {
        var info: CacheEntryInfo
        var objects: Set<String>
    }

    private func objectSizes() async throws -> [String: ObjectInfo] {
        var sizes: [String: ObjectInfo] = [:]
        for prefix in [StoreLayout.packs, StoreLayout.manifests] {
            for info in try await store.list(prefix: prefix) { sizes[info.name] = info }
        }
        return sizes
    }

    /// The entries with the names of all objects that each refers to.
    private func records(
        _ now: Int64,
        _ report: inout PruneReport,
        countingDamaged: Bool = true
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        let reader = EntryReader(store: store)
        for info in try await store.list(prefix: StoreLayout.keys) {
            do throws(CacheError) {
                guard let record = try await reader.record(named: info.name) else { continue }
                let manifest = try await reader.manifest(of: record)
                let objects = Set(manifest.packs.map(\.name)).union(record.manifestNames)
                entries.append(Entry(info: CacheEntryInfo(record, info), objects: objects))
            } catch {
                guard error.code == .damaged else { throw error }
                guard countingDamaged, now - info.modified > limits.gracePeriod else { continue }
                report.removedDamagedRecords += 1
                if !dryRun { try await store.delete(info.name) }
            }
        }
        return entries
    }

    private func sweep(
        _ sizes: [String: ObjectInfo],
        live: Set<String>,
        _ now: Int64,
        _ report: inout PruneReport
    ) async throws {
        for (name, seen) in sizes.sorted(by: { $0.key < $1.key }) {
            // Looked at again right before: a running save refreshes what it reuses.
            let info = live.contains(name) ? nil : try await store.info(name)
            guard let info, now - info.modified >= limits.gracePeriod else {
                report.keptBytes += seen.size
                continue
            }
            if !dryRun, try await !remove(name, ifUnusedSince: info.modified) {
                report.keptBytes += seen.size
                continue
            }
            report.removedObjects += 1
            report.removedBytes += info.size
        }
    }
}
