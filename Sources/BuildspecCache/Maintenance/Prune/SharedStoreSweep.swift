internal import BuildspecFiles

/// Removes objects that nobody refers to from a store that many machines use.
///
/// What nobody refers to is marked first: its names are written to the store. Only a prune that comes a
/// grace period later removes it, if still nobody refers to it.
struct SharedStoreSweep {
    let store: any CacheStore
    /// All packs and manifests, as they were listed.
    let objects: [String: ObjectInfo]
    let now: Int64
    let grace: Int64

    /// What earlier prunes have marked.
    private struct Marks {
        /// Objects whose time has come.
        var ripe: Set<String> = []
        /// Objects that must wait.
        var pending: Set<String> = []
        /// Lists that are done with.
        var done: [String] = []
    }

    /// Sweeps and marks.
    ///
    /// - Parameters:
    ///   - references: what entries refer to now.
    ///   - referredBefore: what entries referred to when this prune began: a restore may be at it.
    ///   - report: takes what was done.
    /// - Throws: when the store cannot be read or written.
    func run(
        _ references: inout ReachabilityScan,
        referredBefore: Set<String>,
        _ report: inout PruneReport
    ) async throws {
        let live = references.objects
        var garbage = objects.filter { !live.contains($0.key) }
        let marks = try await marks(garbage)
        // What was marked anew waits anew: somebody referred to it since the older list was written.
        let ripe = garbage.keys.filter {
            marks.ripe.contains($0) && !marks.pending.contains($0)
                && (grace == 0 || !referredBefore.contains($0))
        }
        let swept = try await sweep(ripe, &references, &report)
        for name in swept { garbage[name] = nil }
        let (pending, unmarked) = (
            garbage.values.filter { marks.pending.contains($0.name) },
            garbage.values.filter { !marks.pending.contains($0.name) }
        )
        for list in SweepList.lists(of: unmarked.map(\.name), markedAt: now) {
            let bytes = list.encode()
            try await store.write(SweepList.name(now, bytes), bytes)
        }
        // Last, so that a prune that is stopped is repeated.
        for name in marks.done.compactMap(ObjectName.init) { try await store.delete(name) }
        report.markedObjects = unmarked.count
        report.markedBytes = unmarked.map(\.size).sum
        report.pendingObjects = pending.count
        report.pendingBytes = pending.map(\.size).sum
    }

    /// Reads the lists of earlier prunes; without a grace period everything is ripe at once.
    private func marks(_ garbage: [String: ObjectInfo]) async throws -> Marks {
        var marks = Marks()
        if grace == 0 { marks.ripe = Set(garbage.keys) }
        for info in try await store.listObjects(prefix: StoreLayout.sweeps) {
            let list = try await SweepList.read(info.name, from: store)
            // The store's own clock; a list that was copied looks younger than it is, never older.
            let objects = (list?.objects ?? []).filter { garbage[$0] != nil }
            if now - info.modified >= grace {
                marks.ripe.formUnion(objects)
                // A list outlives its sweep, for saves that find one of its objects meanwhile.
                if objects.isEmpty || grace == 0 { marks.done.append(info.name) }
            } else {
                marks.pending.formUnion(objects)
            }
        }
        return marks
    }

    /// Removes objects to which still nobody refers.
    ///
    /// - Returns: the names of those that are gone.
    private func sweep(
        _ ripe: [String],
        _ references: inout ReachabilityScan,
        _ report: inout PruneReport
    ) async throws -> Set<String> {
        guard !ripe.isEmpty else { return [] }
        try await references.update()
        let live = references.objects
        let unreferenced = ripe.filter { !live.contains($0) }.sorted()
        let gone = try await concurrently(unreferenced, width: PruneOperation.width) { name in
            // Looked at again right before: a save writes anew what it takes up again.
            guard let info = try await store.info(name) else { return true }
            guard now - info.modified >= grace, let own = ObjectName(name) else { return false }
            try await store.delete(own)
            return true
        }
        let swept = Set(zip(unreferenced, gone).filter(\.1).map(\.0))
        report.removedObjects = swept.count
        report.removedBytes = swept.map { objects[$0]?.size ?? 0 }.sum
        // A save that ended meanwhile and relied on one of them would be an entry that is no entry.
        var removal = EntryRemover(store: store, isShared: true, now: now, grace: grace)
        try await removal.removeBroken(
            try await references.update().filter { !$0.objects.isDisjoint(with: swept) },
            objects.filter { !swept.contains($0.key) }
        )
        report.removedBrokenRecords += removal.broken.count
        return swept
    }
}
