internal import BuildspecFiles

extension BuildCache {
    /// Deletes entries by age, size and count, and objects that no entry refers to.
    ///
    /// Of two stores, the shared one is pruned. There, objects are marked first; a prune after
    /// the grace period deletes them.
    ///
    /// - Parameters:
    ///   - limits: The limits of the entries that stay.
    ///   - dryRun: Whether to report only what would be deleted.
    /// - Returns: A report of the prune.
    /// - Throws: `CacheError` when the store cannot be read or written, or is read-only.
    public func prune(_ limits: PruneLimits, dryRun: Bool = false) async throws -> PruneReport {
        if !dryRun { try requireWritable() }
        let operation = PruneOperation(
            stores: settings.stores,
            limits: limits,
            dryRun: dryRun,
            packIndex: settings.indexDirectory.map {
                ManifestPackIndex($0, settings.stores.pruned.location)
            }
        )
        return try await onBlockingThreads { try await operation.run() }
    }
}

/// A prune: it deletes entries over the limits first, then unreferenced objects.
///
/// On this machine every use of an object touches it under a lock, so old unreferenced objects are
/// deleted at once. The users of a shared store touch nothing: there they are marked, and deleted by a
/// prune after the grace period. `docs/cache-format.md` says why that is safe.
struct PruneOperation: Sendable {
    /// The stores; of two, the shared one is pruned.
    let stores: CacheStores
    let limits: PruneLimits
    let dryRun: Bool
    /// The name of a record that stays, whatever the limits are.
    var keptRecord: String?
    /// This machine's index of a shared store's manifests.
    var packIndex: ManifestPackIndex?

    /// The number of requests in flight.
    static let width = 8

    private var isShared: Bool { !stores.isLocal }
    private var grace: Int64 {
        limits.gracePeriod
            ?? (isShared ? PruneLimits.sharedGracePeriod : PruneLimits.localGracePeriod)
    }

    func run() async throws -> PruneReport {
        let start = FileTime.now().seconds
        let target = stores.pruned
        let metered = MeteredStore(target, isDryRun: dryRun)
        let store: any CacheStore = isShared || dryRun ? metered : target
        var report = PruneReport(location: target.location, isShared: isShared)
        var references = ReachabilityScan(
            store,
            isLocal: !isShared,
            width: PruneOperation.width,
            packIndex: isShared ? packIndex?.read() ?? [:] : [:]
        )
        try await references.update()
        // After the records: the objects that they refer to existed before them.
        let (objects, clockDifference) = try await objects(in: store)
        // The server's clock sets the age of objects.
        let now = start + clockDifference
        let referredBefore = references.objects
        var removal = EntryRemover(store: store, isShared: isShared, now: now, grace: grace)
        try await removal.removeDamaged(references.damaged.values, limits.scope)
        if isShared { try await removal.removeBroken(references.entries.values, objects) }
        let policy = RetentionPolicy(
            references.entries.values.filter { !removal.broken.contains($0.info.recordName) },
            limits,
            sizes: objects,
            now: now,
            keptRecord: keptRecord
        )
        try await removal.remove(policy.removed)
        report.add(removal)
        if dryRun { references.ignore(removal.names) }
        // A save that ended meanwhile may refer to objects that were unreferenced before.
        try await references.update()
        report.keptEntries = references.entries.count
        report.keptBytes = objects.values.map(\.size).clampedSum
        if isShared {
            let sweep = SharedStoreSweep(store: store, objects: objects, now: now, grace: grace)
            try await sweep.run(&references, referredBefore: referredBefore, &report)
        } else {
            let sweep = LocalStoreSweep(store: store, objects: objects, now: now, grace: grace)
            try await sweep.run(live: references.objects, &report)
        }
        report.keptBytes = report.keptBytes.subtractingClamped(report.removedBytes)
        if isShared, !dryRun { packIndex?.write(references.usedPackIndex) }
        if let directory = stores.prunedDirectory {
            report.removedLeftovers = try directory.removeLeftovers(dryRun: dryRun)
        }
        if isShared { report.requests = metered.requests }
        return report
    }

    private func objects(
        in store: any CacheStore
    ) async throws -> (objects: [String: ObjectInfo], clockDifference: Int64) {
        var objects: [String: ObjectInfo] = [:]
        var clockDifference: Int64 = 0
        for prefix in [StoreLayout.packs, StoreLayout.manifests] {
            let listing = try await store.list(prefix: prefix)
            clockDifference = listing.clockDifference
            for info in listing.objects where ObjectName(info.name) != nil {
                objects[info.name] = info
            }
        }
        return (objects, clockDifference)
    }
}

extension PruneReport {
    fileprivate mutating func add(_ removal: EntryRemover) {
        removedEntries = removal.entries
        removedDamagedRecords = removal.damaged
        removedBrokenRecords = removal.broken.count
    }
}
