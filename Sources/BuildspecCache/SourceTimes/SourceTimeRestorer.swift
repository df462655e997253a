internal import BuildspecFiles

/// The part of a restore that sets the times of source files.
///
/// No failure here fails the restore: the files look new then, and a note says why.
struct SourceTimeRestorer {
    struct Outcome {
        /// The changes; `nil` if no file was compared.
        var report: RetimeReport?
        var notes: [String] = []
    }

    let settings: CacheSettings
    let identity: CacheIdentity
    let roots: TreeRoots
    let set: PathSet
    let files: SourceFiles
    let checkout: CheckoutRules

    /// Sets the times of the sources of an entry whose files are restored.
    func run(_ record: KeyRecord, _ manifest: Manifest) async -> Outcome {
        do {
            let reader = settings.reader(removesDamage: true)
            guard let sources = try await reader.sources(of: record) else {
                return Outcome(
                    notes: ["the entry was saved without --retime, so all source files look new"]
                )
            }
            return try await run(sources, record, manifest)
        } catch _ where Task.isCancelled {
            return Outcome()
        } catch {
            return Outcome(notes: ["source files keep their times: \(error)"])
        }
    }

    private func run(
        _ sources: SourceRecord,
        _ record: KeyRecord,
        _ manifest: Manifest
    ) async throws -> Outcome {
        let tree = await SourceTree(set, files, checkout, roots, settings)
        let root = roots.root.path
        let indexFile = SourceIndexFile(settings, set, root: root, scope: identity.scope)
        let index = indexFile?.read()
        let known = index?.unchanged(tree.sources) ?? [:]
        var comparison = SourceComparison(tree.sources, sources)
        let toRead = comparison.candidates.filter { known[$0] == nil }
        // Only candidates are read, because a file of another size was changed.
        let digests = SourceDigests(roots: roots, width: settings.width)
        var hashed = known.merging(await digests.read(tree.sources, toRead)) { $1 }
        try Task.checkCancellation()
        comparison.compare(hashed)

        let saved = manifest.entries.reduce(record.savedTime) { max($0, $1.modified) }
        // Without a list some "sources" can be outputs, if this tree was built in before.
        let mayHaveOutputs = !tree.isListed && !known.isEmpty
        let outputs = SourceTimeRestorer.outputs(tree.others, manifest)
        var plan = RetimePlan(
            comparison.sources,
            saved: saved,
            now: .now(),
            keepsOrder: mayHaveOutputs
        )
        let backdating = backdating(comparison.changedLink, mayHaveOutputs: mayHaveOutputs)
        plan.backdate(plan.tooNew, backdating, outputs: outputs)
        let changes = plan.times.map { (index: comparison.indices[$0.key], time: $0.value) }
            .sorted { $0.index < $1.index }
        let setting = SourceTimeSetting(roots: roots, width: settings.width)
        let failures = await setting.apply(changes, tree.sources, &hashed)
        if !changes.isEmpty || hashed.count != index?.count {
            indexFile?.write(SourceIndex(tree.sources, hashed))
        }
        var outcome = Outcome(report: plan.report, notes: plan.notes)
        outcome.report?.notRestored += failures.count
        if let first = failures.first {
            let others = failures.count > 1 ? ", and so do \(failures.count - 1) more" : ""
            outcome.notes.append("a source file keeps its time: \(first)\(others)")
        }
        return outcome
    }

    private func backdating(_ link: PathBytes?, mayHaveOutputs: Bool) -> RetimePlan.Backdating {
        if let link {
            let reason = "the link '\(link.text)' has changed and leads to other files now"
            return .refused(because: reason)
        }
        if mayHaveOutputs {
            return .refused(because: "this directory was built in before and is not in git")
        }
        return .allowed
    }

    /// The files that are neither sources nor unchanged files of the entry.
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

extension KeyRecord {
    fileprivate var savedTime: FileTime {
        let (seconds, rest) = saved.quotientAndRemainder(dividingBy: 1_000_000_000)
        // Nanoseconds count forward, also before 1970.
        return rest < 0
            ? FileTime(seconds: seconds - 1, nanoseconds: Int32(rest + 1_000_000_000))
            : FileTime(seconds: seconds, nanoseconds: Int32(rest))
    }
}
