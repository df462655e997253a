internal import BuildspecFiles

/// The part of a restore that gives source files their times: find the record, compare, decide, set.
///
/// Nothing here fails a restore: what cannot be done leaves files looking new, and is a note.
struct SourceTimeRestorer {
    /// What became of it.
    struct Outcome {
        /// `nil` when no file was looked at.
        var report: RetimeReport?
        var notes: [String] = []
    }

    let settings: CacheSettings
    let identity: CacheIdentity
    let roots: TreeRoots
    let set: PathSet
    let files: SourceFiles
    let checkout: CheckoutRules

    /// Sets the times.
    ///
    /// - Parameters:
    ///   - record: the entry that was restored.
    ///   - manifest: its files, which are in place.
    /// - Returns: what was done.
    func run(_ record: KeyRecord, _ manifest: Manifest) async -> Outcome {
        do {
            let reader = settings.reader(removesDamage: true)
            guard let then = try await reader.sources(of: record) else {
                return Outcome(
                    notes: ["the entry was saved without --retime, so all source files look new"]
                )
            }
            return try await run(then, record, manifest)
        } catch _ where Task.isCancelled {
            return Outcome()
        } catch {
            return Outcome(notes: ["source files keep their times: \(error)"])
        }
    }

    private func run(
        _ then: SourceRecord,
        _ record: KeyRecord,
        _ manifest: Manifest
    ) async throws -> Outcome {
        let tree = await SourceTree(set, files, checkout, roots, settings)
        let indexFile = SourceIndexFile(
            settings,
            root: roots.root.path,
            scope: identity.scope,
            version: KeyRecord.version(ofPaths: set.canonicalTexts)
        )
        let index = indexFile?.read()
        let known = index?.unchanged(tree.sources) ?? [:]
        var comparison = SourceComparison(tree.sources, then)
        let toRead = comparison.candidates.filter { known[$0] == nil }
        // A file of another size need not be read to know that it was changed.
        let digests = SourceDigests(roots: roots, width: settings.width)
        var seen = known.merging(await digests.read(tree.sources, toRead)) { $1 }
        try Task.checkCancellation()
        comparison.compare(seen)

        let saved = manifest.newest(and: record.savedTime)
        // Without a list some "sources" may be outputs, if this tree was built in before.
        let mayHoldOutputs = !tree.isListed && !known.isEmpty
        let outputs = SourceTimeRestorer.outputs(tree.others, manifest)
        let plan = plan(comparison, saved, outputs, mayHoldOutputs: mayHoldOutputs)
        let work = plan.times.map { (place: comparison.places[$0.key], time: $0.value) }
            .sorted { $0.place < $1.place }
        let setting = SourceTimeSetting(roots: roots, width: settings.width)
        let failures = await setting.apply(work, tree.sources, &seen)
        if !work.isEmpty || seen.count != index?.count {
            indexFile?.write(SourceIndex(tree.sources, seen))
        }
        var outcome = Outcome(report: plan.report, notes: plan.notes)
        outcome.report?.kept += failures.count
        if let first = failures.first {
            let others = failures.count > 1 ? ", and \(failures.count - 1) more like it" : ""
            outcome.notes.append("a source file keeps its time: \(first)\(others)")
        }
        return outcome
    }

    /// Decides.
    private func plan(
        _ comparison: SourceComparison,
        _ saved: FileTime,
        _ outputs: [RetimePlan.Output],
        mayHoldOutputs: Bool
    ) -> RetimePlan {
        var plan = RetimePlan(
            comparison.sources,
            saved: saved,
            now: .now(),
            keepsOrder: mayHoldOutputs
        )
        let ageing = ageing(comparison.changedLink, mayHoldOutputs: mayHoldOutputs)
        plan.giveBack(plan.tooNew, ageing, outputs: outputs)
        return plan
    }

    private func ageing(_ link: PathBytes?, mayHoldOutputs: Bool) -> RetimePlan.Ageing {
        if let link {
            return .refused(
                because: "the link '\(link.text)' was changed, and leads to other files than then"
            )
        }
        if mayHoldOutputs {
            return .refused(because: "this directory was built in before, and git does not know it")
        }
        return .allowed
    }

    /// The files that are neither sources nor, as they are, of the entry.
    private static func outputs(
        _ others: [WalkedEntry],
        _ manifest: Manifest
    ) -> [RetimePlan.Output] {
        var outputs: [RetimePlan.Output] = []
        var next = 0
        for other in others {
            while next < manifest.entries.count, manifest.entries[next].path < other.path {
                next += 1
            }
            if next < manifest.entries.count, manifest.entries[next].path == other.path,
                manifest.entries[next].modified == other.status.modified
            {
                continue
            }
            outputs.append(RetimePlan.Output(path: other.path, modified: other.status.modified))
        }
        return outputs
    }
}

extension Manifest {
    /// The newest time of an entry, or this one if it is newer.
    fileprivate func newest(and time: FileTime) -> FileTime {
        entries.reduce(time) { max($0, $1.modified) }
    }
}

extension KeyRecord {
    fileprivate var savedTime: FileTime {
        let (seconds, rest) = saved.quotientAndRemainder(dividingBy: 1_000_000_000)
        // Nanoseconds count forward, before 1970 too.
        return rest < 0
            ? FileTime(seconds: seconds - 1, nanoseconds: Int32(rest + 1_000_000_000))
            : FileTime(seconds: seconds, nanoseconds: Int32(rest))
    }
}
