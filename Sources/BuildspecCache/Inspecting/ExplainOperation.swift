internal import BuildspecFiles
public import SystemPackage

extension BuildCache {
    /// Explains what a restore would find; nothing is changed or fetched but records and manifests.
    ///
    /// - Parameters:
    ///   - identity: what to look for; without paths, every path set of the key counts as the same.
    ///   - root: the directory that relative paths start from.
    ///   - checkout: finds out which files come from the checkout; a restore leaves them alone.
    /// - Returns: why it is a hit or a miss.
    /// - Throws: `CacheError` when the store or the tree cannot be used at all.
    public func explain(
        _ identity: CacheIdentity,
        root: FilePath,
        leavingOut checkout: Checkout.Finder = Checkout.unknown
    ) async throws -> CacheExplanation {
        let place = try Machine.absolute(root)
        let operation = ExplainOperation(
            settings: settings,
            identity: identity.resolved(at: place, settings.fileSystemRoot),
            root: place,
            checkout: checkout
        )
        return try await onBlockingThreads { try await operation.run() }
    }
}

extension BuildCache {
    /// Explains a miss that lies back: with the entries that were there then, as far as they still are.
    ///
    /// - Parameters:
    ///   - identity: what was looked for.
    ///   - root: the directory that relative paths start from.
    ///   - time: when, in nanoseconds since 1970.
    /// - Returns: why it was a miss.
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

/// Looks for an entry as a restore does, and for those that come close.
struct ExplainOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    var checkout: Checkout.Finder = Checkout.unknown
    /// When a miss was that is explained; `nil` is now.
    ///
    /// Entries of later do not count.
    var time: Int64?

    private var reader: EntryReader { settings.reader() }
    private static let mostNeighbours = 3

    func run() async throws -> CacheExplanation {
        let set = PathSet(identity.paths, root: root)
        var asked = identity
        asked.paths = set.canonicalTexts
        let lookup = settings.lookup(asked, set)
        var explanation = CacheExplanation(identity: asked, verdict: .miss, nearest: [])
        var found = try await exact(lookup, &explanation)
        for prefix in lookup.fallbackKeys {
            for scope in lookup.scopes where found == nil {
                found = try await lookup.fallback(prefix, in: scope).first
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
        let own = StoreLayout.record(
            scope: asked.scope,
            key: asked.key,
            version: lookup.version
        )
        explanation.nearest = try await nearest(asked, own: own, used: found)
        return explanation
    }

    func runForMiss() async throws -> CacheExplanation {
        let set = PathSet(identity.paths, root: root)
        var asked = identity
        asked.paths = set.canonicalTexts
        let version = KeyRecord.version(ofPaths: set.canonicalTexts)
        let own = StoreLayout.record(scope: asked.scope, key: asked.key, version: version)
        // The build has saved since what its key was made of.
        let all = settings.unrestrictedReader()
        let saved = (try? await all.record(named: own)) ?? nil
        asked.inputs = asked.inputs ?? saved?.inputs
        var explanation = CacheExplanation(identity: asked, verdict: .miss, nearest: [])
        explanation.nearest = try await nearest(asked, own: own, used: nil)
        return explanation
    }

    /// The entry of the key itself, as a restore would take it.
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
            // Says what is wrong with it, as a restore does.
            _ = try await reader.readVerified(pack.name, pack.digest, limit: Limits.packStored)
            throw .damaged("'\(pack.name)' has not the size that the manifest says")
        }
    }

    /// What restoring the entry over the tree would move; `nil` when its manifest is damaged.
    private func transfer(
        _ record: KeyRecord,
        _ set: PathSet
    ) async throws -> CacheExplanation.Transfer? {
        guard let manifest = try? await reader.manifest(of: record) else { return nil }
        let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
        let existing = try await CacheTree(set, checkout, roots, settings)
        let plan = try RestorePlan(
            manifest,
            set,
            existing,
            roots,
            verify: false
        )
        return CacheExplanation.Transfer(
            packs: plan.writes.count,
            bytes: plan.writes.keys.map { manifest.packs[$0].storedSize }.sum,
            files: record.files,
            filesUnchanged: plan.filesUnchanged
        )
    }

    // MARK: What comes close

    /// The entries that have most in common with what is asked for: scope, paths, the key's beginning.
    private func nearest(
        _ asked: CacheIdentity,
        own: String,
        used: KeyRecord?
    ) async throws -> [CacheExplanation.RelatedEntry] {
        let all = settings.unrestrictedReader()
        var found: [(neighbour: CacheExplanation.RelatedEntry, record: KeyRecord)] = []
        for info in try await settings.store.listObjects(prefix: StoreLayout.keys)
        where info.name != own {
            let record = (try? await all.record(named: info.name)) ?? nil
            guard let record, !(record.name == used?.name && record.key == asked.key),
                record.saved <= time ?? .max
            else { continue }
            found.append((neighbour(record, info, asked), record))
        }
        found.sort { left, right in
            let first = rank(left.neighbour, left.record, used)
            let second = rank(right.neighbour, right.record, used)
            return first.lexicographicallyPrecedes(second, by: >)
        }
        return found.prefix(ExplainOperation.mostNeighbours).map { found in
            var neighbour = found.neighbour
            if let now = asked.inputs, let then = found.record.inputs {
                neighbour.inputs = CacheExplanation.InputChange.between(now, then)
            }
            return neighbour
        }
    }

    private func neighbour(
        _ record: KeyRecord,
        _ info: ObjectInfo,
        _ asked: CacheIdentity
    ) -> CacheExplanation.RelatedEntry {
        let old = Set(record.paths)
        let new = Set(asked.paths)
        let key = record.key ?? ""
        return CacheExplanation.RelatedEntry(
            info: CacheEntryInfo(record, info),
            isSameScope: record.scope == asked.scope,
            pathsAdded: new.subtracting(old).sorted(),
            pathsRemoved: old.subtracting(new).sorted(),
            commonPrefix: zip(key, asked.key ?? "").prefix { $0 == $1 }.count
        )
    }

    private func rank(
        _ neighbour: CacheExplanation.RelatedEntry,
        _ record: KeyRecord,
        _ used: KeyRecord?
    ) -> [Int64] {
        let isSamePaths = neighbour.pathsAdded.isEmpty && neighbour.pathsRemoved.isEmpty
        return [
            record.name == used?.name ? 1 : 0, neighbour.isSameScope ? 1 : 0, isSamePaths ? 1 : 0,
            Int64(neighbour.commonPrefix), record.saved,
        ]
    }
}
