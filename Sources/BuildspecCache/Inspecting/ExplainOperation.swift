internal import BuildspecFiles
public import SystemPackage

extension BuildCache {
    /// Explains the result that a restore would have now.
    ///
    /// It changes nothing, and fetches only key records and manifests. For an identity without
    /// paths, every path set of the key counts as equal.
    ///
    /// - Throws: `CacheError` when the store or the tree cannot be used at all.
    public func explain(
        _ identity: CacheIdentity,
        root: FilePath,
        leavingOut checkout: Checkout.Finder = Checkout.unknown
    ) async throws -> CacheExplanation {
        let root = try Machine.absolute(root)
        let operation = ExplainOperation(
            settings: settings,
            identity: identity.resolved(at: root, settings.fileSystemRoot),
            root: root,
            checkout: checkout
        )
        return try await onBlockingThreads { try await operation.run() }
    }

    /// Explains a miss at a time, in nanoseconds since 1970, with those entries of that time that
    /// still exist.
    ///
    /// - Throws: `CacheError` when the store cannot be used at all.
    public func explainMiss(
        of identity: CacheIdentity,
        root: FilePath,
        at time: Int64
    ) async throws -> CacheExplanation {
        let operation = ExplainOperation(
            settings: settings,
            identity: identity,
            root: try Machine.absolute(root),
            time: time
        )
        return try await onBlockingThreads { try await operation.runForMiss() }
    }
}

/// A search for an entry as a restore does it, and for similar entries.
struct ExplainOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    var checkout: Checkout.Finder = Checkout.unknown
    /// The time of an earlier miss, which later entries cannot explain; `nil` is now.
    var time: Int64?

    private var reader: EntryReader { settings.reader() }
    private static let relatedLimit = 3

    func run() async throws -> CacheExplanation {
        let set = PathSet(identity.paths, root: root)
        var requested = identity
        requested.paths = set.canonicalTexts
        let lookup = settings.lookup(requested, set)
        var explanation = CacheExplanation(identity: requested, verdict: .miss, nearest: [])
        var found = try await exact(lookup, &explanation)
        for prefix in lookup.fallbackKeys {
            for scope in lookup.scopes where found == nil {
                found = try await lookup.fallback(prefix, in: scope).records.first
                if found != nil, explanation.verdict == .miss {
                    explanation.verdict = .fallback(prefix: prefix)
                }
            }
        }
        if let refused = settings.policyEnforcer?.drainNotes().first, found == nil,
            explanation.verdict == .miss
        {
            explanation.verdict = .damaged(refused)
        }
        if let found {
            let info = try await settings.store.info(found.name)
            let policy = settings.policyEnforcer?.policy
            explanation.used = info.map { CacheEntryInfo(found, $0, policy) }
            explanation.transfer = try await transfer(found, set)
        }
        let name = requested.recordName(set)
        explanation.nearest = try await nearest(requested, recordName: name, used: found)
        return explanation
    }

    func runForMiss() async throws -> CacheExplanation {
        let set = PathSet(identity.paths, root: root)
        var requested = identity
        requested.paths = set.canonicalTexts
        let name = requested.recordName(set)
        // The build that missed may have saved the key's inputs with its entry since.
        let reader = settings.unrestrictedReader()
        let saved = (try? await reader.record(named: name)) ?? nil
        requested.inputs = requested.inputs ?? saved?.inputs
        var explanation = CacheExplanation(identity: requested, verdict: .miss, nearest: [])
        explanation.nearest = try await nearest(requested, recordName: name, used: nil)
        return explanation
    }

    /// Finds the entry of the key, as a restore would use it.
    private func exact(
        _ lookup: EntryLookup,
        _ explanation: inout CacheExplanation
    ) async throws(CacheError) -> KeyRecord? {
        for scope in lookup.scopes {
            do throws(CacheError) {
                guard let record = try await lookup.exact(in: scope) else { continue }
                try await checkPacks(record)
                explanation.verdict = .hit
                return record
            } catch {
                guard error.isMiss else { throw error }
                explanation.verdict = .damaged(error.description)
            }
        }
        return nil
    }

    private func checkPacks(_ record: KeyRecord) async throws(CacheError) {
        let manifest = try await reader.manifest(of: record)
        let present = try await reader.presentPacks(manifest.packs, record)
        if let missing = manifest.packs.indices.first(where: { !present.contains($0) }) {
            let pack = manifest.packs[missing]
            // Throws the same error for the pack as a restore does.
            _ = try await reader.readVerified(pack.name, pack.digest, limit: Limits.packStored)
            throw .damaged("'\(pack.name)' does not have the size that the manifest gives")
        }
    }

    /// Computes the amount of data that a restore would fetch; `nil` if the manifest is damaged.
    private func transfer(
        _ record: KeyRecord,
        _ set: PathSet
    ) async throws -> CacheExplanation.Transfer? {
        guard let manifest = try? await reader.manifest(of: record) else { return nil }
        let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
        let existing = try await CacheTree(set, checkout, roots, settings)
        let plan = try RestorePlan(manifest, set, existing, roots, verify: false)
        return CacheExplanation.Transfer(
            packs: plan.writes.count,
            bytes: plan.writes.keys.map { manifest.packs[$0].storedSize }.clampedSum,
            files: record.files,
            filesUnchanged: plan.filesUnchanged
        )
    }

    // MARK: Similar entries

    /// Finds the entries most similar to the request: by scope, paths and the beginning of the key.
    private func nearest(
        _ requested: CacheIdentity,
        recordName: String,
        used: KeyRecord?
    ) async throws -> [CacheExplanation.RelatedEntry] {
        let reader = settings.unrestrictedReader()
        var found: [(related: CacheExplanation.RelatedEntry, record: KeyRecord)] = []
        for info in try await settings.store.listObjects(prefix: StoreLayout.keys)
        where info.name != recordName {
            let record = (try? await reader.record(named: info.name)) ?? nil
            guard let record, !(record.name == used?.name && record.key == requested.key),
                record.saved <= time ?? .max
            else { continue }
            found.append((related(record, info, requested), record))
        }
        found.sort { left, right in
            let first = rank(left.related, left.record, used)
            let second = rank(right.related, right.record, used)
            return first.lexicographicallyPrecedes(second, by: >)
        }
        return found.prefix(ExplainOperation.relatedLimit).map { found in
            var related = found.related
            if let current = requested.inputs, let stored = found.record.inputs {
                related.inputs = CacheExplanation.InputChange.between(current, stored)
            }
            return related
        }
    }

    private func related(
        _ record: KeyRecord,
        _ info: ObjectInfo,
        _ requested: CacheIdentity
    ) -> CacheExplanation.RelatedEntry {
        let old = Set(record.paths)
        let new = Set(requested.paths)
        let key = record.key ?? ""
        return CacheExplanation.RelatedEntry(
            info: CacheEntryInfo(record, info),
            isSameScope: record.scope == requested.scope,
            pathsAdded: new.subtracting(old).sorted(),
            pathsRemoved: old.subtracting(new).sorted(),
            commonPrefix: zip(key, requested.key ?? "").prefix { $0 == $1 }.count
        )
    }

    private func rank(
        _ related: CacheExplanation.RelatedEntry,
        _ record: KeyRecord,
        _ used: KeyRecord?
    ) -> [Int64] {
        let isSamePaths = related.pathsAdded.isEmpty && related.pathsRemoved.isEmpty
        return [
            record.name == used?.name ? 1 : 0, related.isSameScope ? 1 : 0, isSamePaths ? 1 : 0,
            Int64(related.commonPrefix), record.saved,
        ]
    }
}
