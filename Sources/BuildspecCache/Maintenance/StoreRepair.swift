/// The result of a repair.
public struct RepairReport: Sendable, Equatable {
    /// The deleted key records; their keys are misses now, and the next saves write new entries.
    public var removedEntries: [String] = []
    /// The damaged packs and manifests that were deleted.
    public var removedObjects: [String] = []
    /// The broken objects that could not be deleted, one line each.
    public var problems: [String] = []
    /// The report of the prune at the end, which deletes unreferenced objects older than the grace
    /// period.
    public var pruned = PruneReport()

    /// Whether nothing was deleted or marked.
    public var isEmpty: Bool {
        removedEntries.isEmpty && removedObjects.isEmpty && pruned.removedDamagedRecords == 0
            && pruned.removedObjects == 0 && pruned.markedObjects == 0
    }
}

extension BuildCache {
    /// Deletes what a verification found to be broken, so that it becomes a clean miss.
    ///
    /// Every object is checked again right before it is deleted, because a build may have written
    /// it again meanwhile. Entries that can be restored stay.
    ///
    /// - Parameter report: The report of the verification.
    /// - Returns: A report of the repair.
    /// - Throws: `CacheError` when the store cannot be read or written.
    public func repair(_ report: VerifyReport) async throws -> RepairReport {
        try requireWritable()
        let repair = StoreRepair(stores: settings.stores)
        return try await onBlockingThreads { try await repair.run(report) }
    }
}

/// A repair: it deletes broken records first, then damaged objects, then unreferenced objects.
struct StoreRepair {
    let stores: CacheStores

    private var reader: EntryReader { EntryReader(stores: stores) }
    private var store: any CacheStore { stores.store }

    func run(_ found: VerifyReport) async throws -> RepairReport {
        var report = RepairReport()
        var damaged: Set<ObjectName> = []
        for name in found.damagedObjects.compactMap(ObjectName.init)
        where try await isDamaged(name) {
            damaged.insert(name)
        }
        let damagedNames = Set(damaged.map(\.text))
        for name in found.brokenEntries.compactMap(ObjectName.init) {
            try Task.checkCancellation()
            if try await isBroken(name.text, damagedNames), try await remove(name, &report) {
                report.removedEntries.append(name.text)
            }
        }
        for name in damaged.sorted(by: { $0.text < $1.text })
        where try await remove(name, &report) {
            report.removedObjects.append(name.text)
        }
        report.pruned = try await PruneOperation(
            stores: stores,
            limits: PruneLimits(),
            dryRun: false
        ).run()
        return report
    }

    /// Deletes an object; a directory with its name that is not empty stays, and is a problem.
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
        return try await findsDamage {
            _ = try await reader.readVerified(name.text, digest, limit: name.limit)
        }
    }

    private func isBroken(_ name: String, _ damaged: Set<String>) async throws -> Bool {
        try await findsDamage {
            guard let record = try await reader.record(named: name) else { return }
            let manifest = try await reader.consistentManifest(of: record)
            for pack in manifest.packs {
                let size = try await store.info(pack.name)?.size
                guard size == pack.storedSize, !damaged.contains(pack.name) else {
                    throw CacheError.damaged("a pack is missing or damaged")
                }
            }
            // The packs match their names; this checks that they also match the manifest.
            try await checkContents(manifest)
        }
    }

    private func checkContents(_ manifest: Manifest) async throws {
        var packs = PackReader(reader, manifest.packs)
        var blobs: Set<Manifest.Blob> = []
        for entry in manifest.entries {
            if case .file(_, let contents) = entry.kind { blobs.formUnion(contents) }
        }
        for blob in blobs.sorted(by: { ($0.pack, $0.offset) < ($1.pack, $1.offset) }) {
            try Task.checkCancellation()
            _ = try await packs.bytes(of: blob)
        }
    }

    private func findsDamage(_ check: () async throws -> Void) async throws -> Bool {
        do {
            try await check()
            return false
        } catch let error as CacheError where error.code == .damaged {
            return true
        }
    }
}
