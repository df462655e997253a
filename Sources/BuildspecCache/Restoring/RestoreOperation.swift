internal import BuildspecFiles

/// One restore, start to end: find an entry, plan, stage what is missing, put it in place.
struct RestoreOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    let verify: Bool
    /// Finds out what comes from the checkout.
    let checkout: Checkout.Finder
    /// The files that get their times back.
    var sources: SourceFiles?
    /// Whose the new files are; `nil` is this process's user.
    var owner: TreeOwner?

    var reader: EntryReader { settings.reader(removesDamage: true) }

    /// How many entries behind a damaged one are tried for each fallback key.
    private static let fallbackTries = 3

    init(
        _ settings: CacheSettings,
        _ identity: CacheIdentity,
        root: PathBytes,
        verify: Bool,
        checkout: Checkout.Finder = Checkout.unknown
    ) {
        self.settings = settings
        self.identity = identity
        self.root = root
        self.verify = verify
        self.checkout = checkout
    }

    func run() async throws -> RestoreReport {
        let set = PathSet(identity.paths, root: root)
        let lookup = settings.lookup(identity, set, removesDamage: true)
        var report = try await restore(lookup, set)
        report.notes += lookup.notes
        return report
    }

    private func restore(_ lookup: EntryLookup, _ set: PathSet) async throws -> RestoreReport {
        var passed = PassedOver()
        for scope in lookup.scopes {
            guard let record = try await exactRecord(lookup, scope, &passed) else { continue }
            let outcome = RestoreReport.Outcome.exact(key: record.key)
            if let report = try await restore(record, set, outcome, &passed) { return report }
        }
        for prefix in lookup.fallbackKeys {
            for scope in lookup.scopes {
                let records = try await lookup.fallback(prefix, in: scope)
                for record in records.prefix(RestoreOperation.fallbackTries) {
                    let outcome = RestoreReport.Outcome.fallback(key: record.key ?? "")
                    if var report = try await restore(record, set, outcome, &passed) {
                        report.searched = searched(set)
                        return report
                    }
                }
            }
        }
        var report = miss(passed)
        report.searched = searched(set)
        return report
    }

    /// What was looked for, the paths in canonical form.
    private func searched(_ set: PathSet) -> CacheIdentity {
        var searched = identity
        searched.paths = set.canonicalTexts
        return searched
    }

    /// What was found and could not be used.
    private struct PassedOver {
        var notes: [String] = []
        /// Whether the contents of an entry are in a store that was given up.
        var isOutOfReach = false
    }

    private func miss(_ passed: PassedOver) -> RestoreReport {
        let refused = settings.policyEnforcer?.drainNotes() ?? []
        let reason =
            if !passed.notes.isEmpty {
                "damaged entry"
            } else if passed.isOutOfReach {
                "the entry's contents could not be fetched"
            } else if !refused.isEmpty {
                "refused by the policy"
            } else {
                "no entry for this key and these paths"
            }
        let notes = refused + passed.notes + settings.drainNotes()
        return RestoreReport(outcome: .miss(reason: reason), notes: notes)
    }

    private func exactRecord(
        _ lookup: EntryLookup,
        _ scope: String,
        _ passed: inout PassedOver
    ) async throws -> KeyRecord? {
        do throws(CacheError) {
            return try await lookup.exact(in: scope)
        } catch {
            guard error.code == .damaged else { throw error }
            passed.notes.append(CacheError.missNote(for: error))
            return nil
        }
    }

    /// Restores one entry; damage is a note and `nil`, with the tree as it was.
    private func restore(
        _ record: KeyRecord,
        _ set: PathSet,
        _ outcome: RestoreReport.Outcome,
        _ passed: inout PassedOver
    ) async throws -> RestoreReport? {
        let indexFile = indexFile(set)
        do {
            // Before anything is read, so that a prune beside this leaves the entry alone.
            try? settings.localStore?.touch(record.name)
            let index = indexFile?.read()
            let whole = usable(index, record)
            // Manifests are read while the tree is walked, unless they may turn out to be needless.
            async let earlyManifest = whole == nil ? reader.manifest(of: record) : nil
            async let earlier = earlierManifest(index, record)
            let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
            var existing = try await CacheTree(set, checkout, roots, settings)
            let leftovers = existing.walk.removeLeftovers(roots)
            if leftovers == nil, await whole?.isSummary(of: existing.entries) == true {
                let count = existing.entries.count
                return unchangedTree(record, entries: count, outcome, passed.notes + existing.notes)
            }
            await existing.lookForWork(checkout, set, roots)
            let early = try await earlyManifest
            let manifest = if let early { early } else { try await reader.manifest(of: record) }
            let known = try await known(record, manifest, index, await earlier)
            let plan = try RestorePlan(
                manifest,
                set,
                existing,
                roots,
                verify: verify,
                known: known.stamps
            )
            try Task.checkCancellation()
            let (unpacked, placed) = try await apply(plan, manifest, known, set, roots)
            // Pruning goes by last use.
            try? settings.localStore?.touch(record.name)
            let isDone = leftovers == nil && plan.isDone(with: manifest, existing.entries)
            // What the files look like now spares the next save reading them.
            indexFile?.write(
                await seen(
                    record,
                    manifest,
                    plan.stamps(unpacked.stamps, manifest, roots),
                    isCorrect: learn(record, manifest, known, plan),
                    tree: isDone ? existing.entries : nil
                )
            )
            let times = await restoreTimes(record, manifest, existing.rules, roots, set)
            let notes =
                passed.notes + [leftovers].compactMap(\.self) + plan.notes(existing)
                + placed.notes + (times?.notes ?? [])
            var report = report(record, outcome, entries: manifest.entries.count, notes)
            report.files -= min(report.files, plan.leftOut.files + placed.hardLinksLeftOut)
            report.bytes -= min(report.bytes, plan.leftOut.bytes)
            report.filesUnchanged = plan.filesUnchanged
            report.bytesFetched = unpacked.fetched
            report.retimed = times?.report
            return report
        } catch let error as CacheError where error.code == .unreachable {
            passed.isOutOfReach = true
            return nil
        } catch let error
            where error is MismatchedContent || (error as? CacheError)?.code == .damaged
        {
            passed.notes.append(CacheError.missNote(for: damage(by: error, record)))
            indexFile?.remove()
            self.indexFile(set, suffix: ".packs")?.remove()
            return nil
        }
    }

    /// The index, if it may tell by itself that the tree is what a record's manifest says.
    private func usable(_ index: StatIndex?, _ record: KeyRecord) -> StatIndex? {
        // The times of source files are looked at whatever the cached tree is.
        guard !verify, sources == nil, let index, index.summary != nil,
            index.manifest == record.manifest
        else { return nil }
        return index
    }

    /// What the tree looks like now.
    ///
    /// - Parameters:
    ///   - record: the entry.
    ///   - manifest: its manifest.
    ///   - stamps: what is known of its files.
    ///   - isCorrect: whether all that the manifest says is verified.
    ///   - tree: the tree, if it was the entry before anything was done.
    /// - Returns: the index to keep.
    private func seen(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ stamps: [InodeStamp?],
        isCorrect: Bool,
        tree: [WalkedEntry]?
    ) async -> StatIndex {
        var seen = StatIndex(manifest: record.manifest, stamps: stamps)
        guard let tree else { return seen }
        let fingerprint = await TreeFingerprint.of(tree)
        var summary = StatIndex.Summary(tree: fingerprint, codec: record.codec, manifest)
        summary.isVerified =
            isCorrect
            && manifest.entries.indices.allSatisfy { place in
                if case .file = manifest.entries[place].kind { stamps[place] != nil } else { true }
            }
        seen.summary = summary
        return seen
    }

    /// The report for a tree that is, by the index, still the entry: nothing is left to do.
    private func unchangedTree(
        _ record: KeyRecord,
        entries: Int,
        _ outcome: RestoreReport.Outcome,
        _ notes: [String]
    ) -> RestoreReport {
        try? settings.localStore?.touch(record.name)
        var report = report(record, outcome, entries: entries, notes)
        report.filesUnchanged = record.files
        return report
    }

    /// What is said of every entry that was restored.
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

    /// Writes everything that is missing beside its place, then puts it in place; on an error the
    /// tree is made what it was.
    private func apply(
        _ plan: RestorePlan,
        _ manifest: Manifest,
        _ known: KnownBlobs,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async throws -> (
        unpacked: PackExtractor.Unpacked, placed: (notes: [String], hardLinksLeftOut: Int)
    ) {
        try plan.checkRoom(roots)
        let before = plan.directoryStates(roots)
        do {
            try await plan.prepare(roots, width: settings.width)
            let unpacked = try await fetch(plan, manifest, known, set, roots)
            try await plan.finishChunkedFiles(roots, width: settings.width)
            if let owner { try await plan.handOver(to: owner, roots, width: settings.width) }
            try Task.checkCancellation()
            return (unpacked, try await plan.putInPlace(roots, width: settings.width))
        } catch {
            plan.discard(roots, before)
            throw error
        }
    }

    /// Fetches the packs that are needed, several at once, and writes the files they hold.
    private func fetch(
        _ plan: RestorePlan,
        _ manifest: Manifest,
        _ known: KnownBlobs,
        _ set: PathSet,
        _ roots: TreeRoots
    ) async throws -> PackExtractor.Unpacked {
        guard !plan.writes.isEmpty else { return PackExtractor.Unpacked() }
        let verifiedFile = indexFile(set, suffix: ".packs")
        var verified = verifiedFile.map { VerifiedPacks.read($0.path) } ?? VerifiedPacks()
        let unpacker = PackExtractor(
            reader: reader,
            roots: roots,
            targets: plan.targets,
            verified: verified,
            isKnown: known.isCorrect && !verify
        )
        // Those with the most work first, so that none of them is left for the end.
        let work = plan.writes.mapValues { writes in writes.reduce(0) { $0 + $1.work } }
        let needed = work.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map(\.key)
        let unpacked = try await withThrowingTaskGroup(of: PackExtractor.Unpacked.self) { tasks in
            var all = PackExtractor.Unpacked()
            for (started, index) in needed.enumerated() {
                if started >= settings.concurrentTransfers { all.add(try await tasks.next()) }
                let pack = manifest.packs[index]
                let writes = plan.writes[index] ?? []
                tasks.addTask { try await unpacker.unpack(pack, writes) }
            }
            for try await unpacked in tasks { all.add(unpacked) }
            return all
        }
        if let verifiedFile, !unpacked.verified.isEmpty {
            verified.update(unpacked.verified, for: manifest)
            verified.write(to: verifiedFile.path)
        }
        return unpacked
    }

    /// Gives source files their times, if that is wanted.
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

    /// Where this machine remembers what the files look like.
    private func indexFile(_ set: PathSet, suffix: String = ".stat") -> StatIndexFile? {
        StatIndexFile(
            settings,
            root: root,
            scope: identity.scope,
            version: KeyRecord.version(ofPaths: set.canonicalTexts),
            suffix: suffix
        )
    }
}
