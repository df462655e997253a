/// What a repair did.
public struct RepairReport: Sendable, Equatable {
    /// Records that were removed: their keys are misses now, and the next saves write them anew.
    public var removedEntries: [String] = []
    /// Damaged packs and manifests that were removed.
    public var removedObjects: [String] = []
    /// What is broken and could not be removed, one line each.
    public var problems: [String] = []
    /// What was removed because no entry refers to it and it is older than the grace period.
    public var pruned = PruneReport()

    /// Whether nothing was removed or marked.
    public var isEmpty: Bool {
        removedEntries.isEmpty && removedObjects.isEmpty && pruned.removedDamagedRecords == 0
            && pruned.removedObjects == 0 && pruned.markedObjects == 0
    }
}

extension BuildCache {
    /// Removes what a verification found to be broken, so that it is a clean miss.
    ///
    /// Everything is looked at once more right before it is removed, because a build may have
    /// written it anew meanwhile. What can be restored stays.
    ///
    /// - Parameter report: what the verification found.
    /// - Returns: what was removed.
    /// - Throws: `CacheError` when the store cannot be read or written.
    public func repair(_ report: VerifyReport) async throws -> RepairReport {
        try requireWritable()
        let repair = StoreRepair(store: settings.store)
        return try await onBlockingThreads { try await repair.run(report) }
    }
}

/// Removes broken records first, then damaged objects, then what nobody refers to.
struct StoreRepair {
    let store: any CacheStore

    private var reader: EntryReader { EntryReader(store: store) }

    func run(_ found: VerifyReport) async throws -> RepairReport {
        var report = RepairReport()
        var damaged: Set<ObjectName> = []
        for name in found.damagedObjects.compactMap(ObjectName.init)
        where try await isDamaged(name) {
            damaged.insert(name)
        }
        let texts = Set(damaged.map(\.text))
        for name in found.brokenEntries.compactMap(ObjectName.init) {
            try Task.checkCancellation()
            guard try await isBroken(name.text, texts), try await remove(name, &report) else {
                continue
            }
            report.removedEntries.append(name.text)
        }
        for name in damaged.sorted(by: { $0.text < $1.text })
        where try await remove(name, &report) {
            report.removedObjects.append(name.text)
        }
        report.pruned = try await PruneOperation(
            store: store,
            limits: PruneLimits(),
            dryRun: false
        ).run()
        return report
    }

    /// A directory in the place of an object stays if something is in it.
    private func remove(
        _ name: ObjectName,
        _ report: inout RepairReport
    ) async throws(StoreError) -> Bool {
        do throws(StoreError) {
            try await store.delete(name)
            return true
        } catch {
            guard [.notAFile, .blockedByDirectory].contains(error.code) else { throw error }
            report.problems.append(error.description)
            return false
        }
    }

    private func isDamaged(_ name: ObjectName) async throws -> Bool {
        guard let digest = name.content?.digest else { return false }
        return try await damage {
            _ = try await reader.readVerified(name.text, digest, limit: name.limit)
        }
    }

    private func isBroken(_ name: String, _ damaged: Set<String>) async throws -> Bool {
        try await damage {
            guard let record = try await reader.record(named: name) else { return }
            let manifest = try await reader.countedManifest(of: record)
            for pack in manifest.packs {
                let size = try await store.info(pack.name)?.size
                guard size == pack.storedSize, !damaged.contains(pack.name) else {
                    throw CacheError.damaged("a pack is missing or damaged")
                }
            }
            // The packs are what their names promise, but not what this manifest says.
            try await checkContents(manifest)
        }
    }

    private func checkContents(_ manifest: Manifest) async throws {
        var shelf = PackReader(reader, manifest.packs)
        var blobs: Set<Manifest.Blob> = []
        for entry in manifest.entries {
            if case .file(_, let contents) = entry.kind { blobs.formUnion(contents) }
        }
        for blob in blobs.sorted(by: { ($0.pack, $0.offset) < ($1.pack, $1.offset) }) {
            try Task.checkCancellation()
            _ = try await shelf.bytes(of: blob)
        }
    }

    /// Whether `check` finds damage.
    private func damage(_ check: () async throws -> Void) async throws -> Bool {
        do {
            try await check()
            return false
        } catch let error as CacheError where error.code == .damaged {
            return true
        }
    }
}
