internal import BuildspecFiles

/// One prune: entries over the limits go first, then objects that nobody refers to any more.
///
/// A store on this machine has a lock, and whoever uses an object there makes it young; so what is old
/// and unreferenced goes at once. A shared store has neither: there it is marked, and goes with a
/// prune after the grace period. `docs/cache-format.md` says why that is safe.
struct PruneOperation: Sendable {
    /// The store: of two, the shared one is pruned.
    let store: any CacheStore
    let limits: PruneLimits
    let dryRun: Bool
    /// The name of a record that stays, whatever the limits say.
    var kept: String?
    /// What this machine remembers of the manifests of a shared store.
    var heads: ManifestPackIndex?

    /// How many requests are under way at once.
    static let width = 8

    private var isShared: Bool { store is TieredStore || !store.isOnThisMachine }
    private var grace: Int64 {
        limits.gracePeriod
            ?? (isShared ? PruneLimits.sharedGracePeriod : PruneLimits.localGracePeriod)
    }

    /// What a prune of a store is about.
    static func target(of store: any CacheStore) -> any CacheStore {
        (store as? TieredStore)?.far ?? store
    }

    func run() async throws -> PruneReport {
        let began = FileTime.now().seconds
        let target = PruneOperation.target(of: store)
        let metered = MeteredStore(target, isDry: dryRun)
        // The lock needs the store itself.
        let place: any CacheStore = isShared || dryRun ? metered : target
        var report = PruneReport(location: target.location, isShared: isShared)
        var references = ReachabilityScan(
            place,
            width: PruneOperation.width,
            heads: isShared ? heads?.read() ?? [:] : [:]
        )
        try await references.update()
        // A shared store gives its objects their age: its clock counts, which the listing has told.
        let now = began + (isShared ? await place.clockDifference() : 0)
        // Behind the records: what these refer to was there before them.
        let objects = try await objects(in: place)
        let referredBefore = references.objects
        var removal = EntryRemover(store: place, isShared: isShared, now: now, grace: grace)
        try await removal.removeDamaged(references.damaged.values, limits.scope)
        if isShared { try await removal.removeBroken(references.entries.values, objects) }
        let choice = RetentionPolicy(
            references.entries.values.filter { !removal.broken.contains($0.info.recordName) },
            limits,
            sizes: objects,
            now: now,
            always: kept
        )
        try await removal.remove(choice.removed)
        report.take(removal)
        if dryRun { references.ignore(removal.names) }
        // A save that ended meanwhile may refer to what nobody did before.
        try await references.update()
        report.keptEntries = references.entries.count
        report.keptBytes = objects.values.map(\.size).sum
        if isShared {
            let sweep = SharedStoreSweep(store: place, objects: objects, now: now, grace: grace)
            try await sweep.run(&references, referredBefore: referredBefore, &report)
        } else {
            let sweep = LocalStoreSweep(store: place, objects: objects, now: now, grace: grace)
            try await sweep.run(live: references.objects, &report)
        }
        report.keptBytes = report.keptBytes.minus(report.removedBytes)
        if isShared, !dryRun { heads?.write(references.usedHeads) }
        if let local = target.underlying as? any LocalCacheStore {
            report.removedLeftovers = try local.removeLeftovers(dryRun: dryRun)
        }
        if isShared { report.requests = metered.requests }
        return report
    }

    private func objects(in store: any CacheStore) async throws -> [String: ObjectInfo] {
        var objects: [String: ObjectInfo] = [:]
        for prefix in [StoreLayout.packs, StoreLayout.manifests] {
            for info in try await store.listObjects(prefix: prefix) { objects[info.name] = info }
        }
        return objects
    }
}

extension PruneReport {
    fileprivate mutating func take(_ removal: EntryRemover) {
        removedEntries = removal.entries
        removedDamagedRecords = removal.damaged
        removedBrokenRecords = removal.broken.count
    }
}
