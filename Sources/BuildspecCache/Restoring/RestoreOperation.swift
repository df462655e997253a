internal import BuildspecFiles

/// A restore: it finds an entry, plans the changes, writes missing files and renames them.
struct RestoreOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    let verify: Bool
    /// Finds the files of the checkout.
    let checkout: Checkout.Finder
    /// The files whose times are restored.
    let sources: SourceFiles?
    /// The owner of the new files; `nil` is the user of this process.
    let owner: TreeOwner?

    var reader: EntryReader { settings.reader(removesDamage: true) }

    /// The number of entries that are tried, and of damaged records that are noted, for each fallback
    /// key and scope.
    private static let fallbackTries = 3

    func run() async throws -> RestoreReport {
        let set = PathSet(identity.paths, root: root)
        let lookup = settings.lookup(identity, set, removesDamage: true)
        var report = try await restore(lookup, set)
        report.notes += lookup.notes
        return report
    }

    private func restore(_ lookup: EntryLookup, _ set: PathSet) async throws -> RestoreReport {
        var skipped = SkippedEntries()
        for scope in lookup.scopes {
            guard let record = try await exactRecord(lookup, scope, &skipped) else { continue }
            let outcome = RestoreReport.Outcome.exact(key: record.key)
            if let report = try await restore(record, set, outcome, &skipped) { return report }
        }
        for prefix in lookup.fallbackKeys {
            for scope in lookup.scopes {
                let found = try await lookup.fallback(prefix, in: scope)
                for error in found.damage.prefix(RestoreOperation.fallbackTries) {
                    skipped.add(error)
                }
                let sound = found.records.filter { !skipped.manifests.contains($0.manifest) }
                for record in sound.prefix(RestoreOperation.fallbackTries) {
                    let outcome = RestoreReport.Outcome.fallback(key: record.key ?? "")
                    if var report = try await restore(record, set, outcome, &skipped) {
                        report.searched = searched(set)
                        return report
                    }
                }
            }
        }
        var report = miss(skipped)
        report.searched = searched(set)
        return report
    }

    /// The identity that was searched for, with the paths in canonical form.
    private func searched(_ set: PathSet) -> CacheIdentity {
        var searched = identity
        searched.paths = set.canonicalTexts
        return searched
    }

    /// The entries that were found and could not be used.
    private struct SkippedEntries {
        private(set) var notes: [String] = []
        /// The manifests of damaged entries, which a fallback key can find again.
        var manifests: Set<ContentDigest> = []
        /// Whether an entry was found whose contents are in a store that cannot be reached.
        var isUnreachable = false

        /// Adds a note on damage, once.
        mutating func add(_ error: any Error) {
            let note = CacheError.missNote(for: error)
            if !notes.contains(note) { notes.append(note) }
        }
    }

    private func miss(_ skipped: SkippedEntries) -> RestoreReport {
        let refused = settings.policyEnforcer?.drainNotes() ?? []
        let reason =
            if !skipped.notes.isEmpty {
                "damaged entry"
            } else if skipped.isUnreachable {
                "the entry's contents could not be fetched"
            } else if !refused.isEmpty {
                "refused by the policy"
            } else {
                "no entry for this key and these paths"
            }
        let notes = refused + skipped.notes + settings.drainNotes()
        return RestoreReport(outcome: .miss(reason: reason), notes: notes)
    }

    private func exactRecord(
        _ lookup: EntryLookup,
        _ scope: String,
        _ skipped: inout SkippedEntries
    ) async throws -> KeyRecord? {
        do throws(CacheError) {
            return try await lookup.exact(in: scope)
        } catch {
            guard error.code == .damaged else { throw error }
            skipped.add(error)
            return nil
        }
    }

    /// Restores one entry; `nil` if it is damaged, with a note and an unchanged tree.
    private func restore(
        _ record: KeyRecord,
        _ set: PathSet,
        _ outcome: RestoreReport.Outcome,
        _ skipped: inout SkippedEntries
    ) async throws -> RestoreReport? {
        do {
            return try await restore(record, set, outcome, notes: skipped.notes)
        } catch let error as CacheError where error.code == .unreachable {
            skipped.isUnreachable = true
            return nil
        } catch let error
            where error is MismatchedContent || (error as? CacheError)?.code == .damaged
        {
            skipped.add(damage(by: error, record))
            skipped.manifests.insert(record.manifest)
            indexFile(set)?.remove()
            indexFile(set, suffix: ".packs")?.remove()
            return nil
        }
    }

    /// Restores one entry; the tree is unchanged if the entry is damaged.
    private func restore(
        _ record: KeyRecord,
        _ set: PathSet,
        _ outcome: RestoreReport.Outcome,
        notes skippedNotes: [String]
    ) async throws -> RestoreReport {
        let indexFile = indexFile(set)
        // Touched before anything is read, so that a prune at the same time keeps the entry.
        try? settings.stores.local?.touch(record.name)
        let index = indexFile?.read()
        let whole = usableIndex(index, record)
        // The manifest is read while the tree is walked, unless it may not be needed.
        async let earlyManifest = whole == nil ? reader.manifest(of: record) : nil
        async let earlier = earlierManifest(index, record)
        let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
        var existing = try await CacheTree(set, checkout, roots, settings)
        let leftovers = existing.walk.removeLeftovers(roots)
        if leftovers == nil, await whole?.isSummary(of: existing.entries) == true {
            let count = existing.entries.count
            return unchangedTree(record, entries: count, outcome, skippedNotes + existing.notes)
        }
        await existing.findUnsavedWork(checkout, set, roots)
        let early = try await earlyManifest
        let manifest = if let early { early } else { try await reader.manifest(of: record) }
        let known = try await knownBlobs(record, manifest, index, await earlier)
        let plan = try RestorePlan(
            manifest,
            set,
            existing,
            roots,
            verify: verify,
            known: known.stamps
        )
        try Task.checkCancellation()
        let (extraction, committed) = try await apply(plan, manifest, known, set, roots)
        // A prune deletes by last use.
        try? settings.stores.local?.touch(record.name)
        let isUpToDate = leftovers == nil && plan.isUpToDate(with: manifest, existing.entries)
        // With their stamps, the next save need not read the files.
        indexFile?.write(
            await statIndex(
                record,
                manifest,
                plan.stamps(extraction.stamps, manifest, roots),
                isCorrect: storeVerdict(record, manifest, known, plan),
                tree: isUpToDate ? existing.entries : nil
            )
        )
        let times = await restoreTimes(record, manifest, existing.rules, roots, set)
        let notes =
            skippedNotes + [leftovers].compactMap(\.self) + plan.notes(existing)
            + committed.notes + (times?.notes ?? [])
        var report = report(record, outcome, entries: manifest.entries.count, notes)
        // The record's own numbers may be a stranger's.
        report.files = manifest.fileCount
        report.bytes = manifest.contentBytes
        report.files -= min(report.files, plan.leftOut.files + committed.hardLinksLeftOut)
        report.bytes -= min(report.bytes, plan.leftOut.bytes)
        report.filesUnchanged = plan.filesUnchanged
        report.bytesFetched = extraction.fetched
        report.retimed = times?.report
        report.newPaths = plan.renames.map { $0.directory.appending($0.name).bytes }
        return report
    }

    /// The stat index, if it can show without the manifest that the tree is what a record says.
    private func usableIndex(_ index: StatIndex?, _ record: KeyRecord) -> StatIndex? {
        // Source times are restored even if the cached tree is unchanged.
        guard !verify, sources == nil, let index, index.summary != nil,
            index.manifest == record.manifest
        else { return nil }
        return index
    }

    /// Makes the stat index of the restored tree; `tree` is `nil` unless it was the entry before.
    private func statIndex(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ stamps: [InodeStamp?],
        isCorrect: Bool,
        tree: [WalkedEntry]?
    ) async -> StatIndex {
        var index = StatIndex(manifest: record.manifest, stamps: stamps)
        guard let tree else { return index }
        let fingerprint = await TreeFingerprint.of(tree)
        var summary = StatIndex.Summary(tree: fingerprint, codec: record.codec, manifest)
        summary.isVerified =
            isCorrect
            && manifest.entries.indices.allSatisfy { index in
                if case .file = manifest.entries[index].kind { stamps[index] != nil } else { true }
            }
        index.summary = summary
        return index
    }

    /// Makes the report for a tree that, by the stat index, is still the entry.
    private func unchangedTree(
        _ record: KeyRecord,
        entries: Int,
        _ outcome: RestoreReport.Outcome,
        _ notes: [String]
    ) -> RestoreReport {
        try? settings.stores.local?.touch(record.name)
        var report = report(record, outcome, entries: entries, notes)
        report.filesUnchanged = record.files
        return report
    }

    private func report(
        _ record: KeyRecord,
        _ outcome: RestoreReport.Outcome,
        entries: Int,
        _ notes: [String]
    ) -> RestoreReport {
        var report = RestoreReport(
            outcome: outcome,
            entries: entries,
            files: record.files,
            bytes: record.bytes,
            notes: notes + settings.drainNotes()
        )
        report.origin = settings.origin(record, identity)
        return report
    }

    /// Writes missing files under temporary names and renames them; an error undoes all changes.
    private func apply(
        _ plan: RestorePlan,
        _ manifest: Manifest,
        _ known: KnownBlobs,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async throws -> (
        extraction: PackExtractor.Extraction, committed: (notes: [String], hardLinksLeftOut: Int)
    ) {
        try plan.checkFreeSpace(roots)
        let before = plan.directoryStates(roots)
        do {
            try await plan.prepare(roots, width: settings.width)
            let extraction = try await fetch(plan, manifest, known, set, roots)
            try await plan.finishChunkedFiles(roots, width: settings.width)
            if let owner { try await plan.setOwner(to: owner, roots, width: settings.width) }
            try Task.checkCancellation()
            return (extraction, try await plan.commit(roots, width: settings.width))
        } catch {
            plan.discard(roots, before)
            throw error
        }
    }

    /// Fetches the needed packs, several at once, and writes their files.
    private func fetch(
        _ plan: RestorePlan,
        _ manifest: Manifest,
        _ known: KnownBlobs,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async throws -> PackExtractor.Extraction {
        guard !plan.writes.isEmpty else { return PackExtractor.Extraction() }
        let verifiedFile = indexFile(set, suffix: ".packs")
        var verified = verifiedFile.map { VerifiedPacks.read($0.path) } ?? VerifiedPacks()
        let extractor = PackExtractor(
            reader: reader,
            roots: roots,
            targets: plan.targets,
            verified: verified,
            isManifestCorrect: known.isCorrect && !verify
        )
        // The packs with the most work come first, so that none of them remains for the end.
        let work = plan.writes.mapValues { writes in writes.reduce(0) { $0 + $1.work } }
        let needed = work.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map(\.key)
        let extraction = try await withThrowingTaskGroup(of: PackExtractor.Extraction.self) {
            tasks in
            var all = PackExtractor.Extraction()
            for (started, index) in needed.enumerated() {
                if started >= settings.concurrentTransfers { all.add(try await tasks.next()) }
                let pack = manifest.packs[index]
                let writes = plan.writes[index] ?? []
                tasks.addTask { try await extractor.extract(pack, writes) }
            }
            for try await extraction in tasks { all.add(extraction) }
            return all
        }
        if let verifiedFile, !extraction.verified.isEmpty {
            verified.update(extraction.verified, for: manifest)
            verified.write(to: verifiedFile.path)
        }
        return extraction
    }

    /// Restores the times of source files, if the restore has sources.
    private func restoreTimes(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ rules: CheckoutRules,
        _ roots: TreeRoots,
        _ set: PathSet
    ) async -> SourceTimeRestorer.Outcome? {
        guard let sources else { return nil }
        return await SourceTimeRestorer(
            settings: settings,
            identity: identity,
            roots: roots,
            set: set,
            files: sources,
            checkout: rules
        ).run(record, manifest)
    }

    /// The file of the stat index, or another file of this tree with another suffix.
    private func indexFile(_ set: PathSet, suffix: String = ".stat") -> StatIndexFile? {
        StatIndexFile(settings, set, root: root, scope: identity.scope, suffix: suffix)
    }
}
