internal import BuildspecFiles

/// Deletes unreferenced objects from a store on this machine.
struct LocalStoreSweep {
    let store: any CacheStore
    /// All packs and manifests, as they were listed.
    let objects: [String: ObjectInfo]
    let now: Int64
    let grace: Int64

    func run(live: Set<String>, _ report: inout PruneReport) async throws {
        // Sizes are the listed ones, so that the deleted bytes are a part of the counted bytes.
        for (name, listed) in objects.sorted(by: { $0.key < $1.key }) where !live.contains(name) {
            try Task.checkCancellation()
            // The age is read again right before, because a running save touches what it reuses.
            guard let info = try await store.info(name) else { continue }
            guard now - info.modified >= grace else {
                report.pendingObjects += 1
                report.pendingBytes = report.pendingBytes.addingClamped(listed.size)
                continue
            }
            guard try await store.delete(ifUnchanged: info) else { continue }
            report.removedObjects += 1
            report.removedBytes = report.removedBytes.addingClamped(listed.size)
        }
    }
}

/// Deletes unreferenced objects from a store that many machines use.
///
/// Unreferenced objects are marked first: their names are written to a sweep list in the store. A
/// prune at least one grace period later deletes them if they are still unreferenced.
struct SharedStoreSweep {
    let store: any CacheStore
    /// All packs and manifests, as they were listed.
    let objects: [String: ObjectInfo]
    let now: Int64
    let grace: Int64

    /// The contents of the sweep lists of earlier prunes.
    private struct MarkedObjects {
        /// Objects that were marked at least a grace period ago.
        var due: Set<String> = []
        /// Objects that were marked more recently.
        var pending: Set<String> = []
        /// The names of lists that are no longer needed.
        var finishedLists: [String] = []
    }

    /// Deletes the objects that are due, and marks the others.
    ///
    /// A restore may be reading an object that an entry referred to when this prune began.
    func run(
        _ references: inout ReachabilityScan,
        referredBefore: Set<String>,
        _ report: inout PruneReport
    ) async throws {
        let live = references.objects
        var garbage = objects.filter { !live.contains($0.key) }
        let marked = try await markedObjects(garbage)
        // An object on a newer list waits again: an entry referred to it after the older list was
        // written.
        let due = garbage.keys.filter {
            marked.due.contains($0) && !marked.pending.contains($0)
                && (grace == 0 || !referredBefore.contains($0))
        }
        let deleted = try await delete(due, &references, &report)
        for name in deleted { garbage[name] = nil }
        let pending = garbage.values.filter { marked.pending.contains($0.name) }
        let unmarked = garbage.values.filter { !marked.pending.contains($0.name) }
        for list in SweepList.lists(of: unmarked.map(\.name), markedAt: now) {
            let bytes = list.encode()
            try await store.write(SweepList.name(now, bytes), bytes)
        }
        // The old lists are deleted last, so that the next prune repeats one that was stopped.
        for name in marked.finishedLists.compactMap(ObjectName.init) {
            try await store.delete(name)
        }
        report.markedObjects = unmarked.count
        report.markedBytes = unmarked.map(\.size).clampedSum
        report.pendingObjects = pending.count
        report.pendingBytes = pending.map(\.size).clampedSum
    }

    /// Reads the lists of earlier prunes; without a grace period all garbage is due at once.
    private func markedObjects(_ garbage: [String: ObjectInfo]) async throws -> MarkedObjects {
        var marked = MarkedObjects()
        if grace == 0 { marked.due = Set(garbage.keys) }
        for info in try await store.listObjects(prefix: StoreLayout.sweeps) {
            let list = try await SweepList.read(info.name, from: store)
            // The age is by the store's clock; a copied list looks younger than it is, never older.
            let objects = (list?.objects ?? []).filter { garbage[$0] != nil }
            if now - info.modified >= grace {
                marked.due.formUnion(objects)
                // A list stays until the next prune, for saves that find one of its objects
                // meanwhile.
                if objects.isEmpty || grace == 0 { marked.finishedLists.append(info.name) }
            } else {
                marked.pending.formUnion(objects)
            }
        }
        return marked
    }

    /// Deletes objects that are still unreferenced, and returns their names.
    private func delete(
        _ due: [String],
        _ references: inout ReachabilityScan,
        _ report: inout PruneReport
    ) async throws -> Set<String> {
        guard !due.isEmpty else { return [] }
        try await references.update()
        let live = references.objects
        let unreferenced = due.filter { !live.contains($0) }.sorted()
        let results = try await mapConcurrently(unreferenced, width: PruneOperation.width) { name in
            // The age is read again right before, because a save writes a marked object again to
            // use it.
            guard let info = try await store.info(name) else { return true }
            guard now - info.modified >= grace, let object = ObjectName(name) else { return false }
            try await store.delete(object)
            return true
        }
        let deleted = Set(zip(unreferenced, results).filter(\.1).map(\.0))
        report.removedObjects = deleted.count
        report.removedBytes = deleted.map { objects[$0]?.size ?? 0 }.clampedSum
        // A save that ended meanwhile may refer to a deleted object; its entry cannot be restored.
        var removal = EntryRemover(store: store, isShared: true, now: now, grace: grace)
        try await removal.removeBroken(
            try await references.update().filter { !$0.objects.isDisjoint(with: deleted) },
            objects.filter { !deleted.contains($0.key) }
        )
        report.removedBrokenRecords += removal.broken.count
        return deleted
    }
}
