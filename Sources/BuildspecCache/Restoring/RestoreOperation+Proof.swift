internal import BuildspecFiles

/// What a restore knows of an entry's contents before it fetches any.
struct KnownBlobs: Sendable {
    /// Whether all that the manifest says of its packs is verified.
    var isCorrect = false
    /// What files look like whose content is what the manifest says, by the places of its entries.
    var stamps: [InodeStamp?] = []
    /// The places of the entries of which a verified manifest says the same.
    var verified: [Bool] = []

    /// What is known by the machine's last look at the tree.
    ///
    /// - Parameters:
    ///   - manifest: what is restored.
    ///   - index: what the tree looked like when it was last saved or restored.
    ///   - earlier: the manifest that the index belongs to.
    ///   - isCorrect: whether that one is verified.
    init(_ manifest: Manifest, _ index: StatIndex, _ earlier: Manifest, isCorrect: Bool) {
        let count = manifest.entries.count
        stamps = Array(repeating: nil, count: count)
        verified = Array(repeating: false, count: count)
        guard index.stamps.count == earlier.entries.count else { return }
        // The numbers that the earlier manifest gives to packs, by ours.
        let numbers = Dictionary(earlier.packs.enumerated().map { ($1, $0) }) { first, _ in first }
        let packs = manifest.packs.map { numbers[$0] }
        var next = 0
        for place in manifest.entries.indices {
            while next < earlier.entries.count,
                earlier.entries[next].path < manifest.entries[place].path
            { next += 1 }
            guard next < earlier.entries.count else { return }
            guard earlier.entries[next].path == manifest.entries[place].path,
                case .file(let size, let blobs) = manifest.entries[place].kind,
                case .file(size, let others) = earlier.entries[next].kind,
                blobs.count == others.count
            else { continue }
            guard zip(blobs, others).allSatisfy({ ($0.digest, $0.size) == ($1.digest, $1.size) })
            else { continue }
            stamps[place] = index.stamps[next]
            verified[place] =
                isCorrect
                && zip(blobs, others).allSatisfy {
                    packs[$0.pack] == $1.pack && $0.offset == $1.offset
                }
        }
    }

    init(isCorrect: Bool, stamps: [InodeStamp?] = []) {
        self.isCorrect = isCorrect
        self.stamps = stamps
    }

    /// Whether everything is verified once the files at some places are written, each held against its
    /// digest.
    func isCorrect(_ manifest: Manifest, writing places: [Int]) -> Bool {
        if isCorrect { return true }
        var verified = verified
        if verified.isEmpty { verified = Array(repeating: false, count: manifest.entries.count) }
        for place in places { verified[place] = true }
        return manifest.entries.indices.allSatisfy { place in
            guard !verified[place], case .file(_, let blobs) = manifest.entries[place].kind else {
                return true
            }
            return blobs.isEmpty
        }
    }
}

extension RestoreOperation {
    /// What is known of an entry's contents; with `verify` that is all of it.
    ///
    /// - Throws: `MismatchedContent` or `damaged` when the entry does not hold what its manifest says.
    func known(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ index: StatIndex?,
        _ earlier: Manifest?
    ) async throws -> KnownBlobs {
        let verdicts = settings.verifiedManifests
        let verdict = verdicts?.verdict(on: record.manifest)
        if verdict == false {
            throw CacheError.damaged("its packs do not hold what '\(record.manifestName)' says")
        }
        if verify, verdict == nil {
            try await settings.verify(record, manifest, reader)
        }
        let isCorrect = verify || verdict == true
        guard let index else { return KnownBlobs(isCorrect: isCorrect) }
        if index.manifest == record.manifest {
            return KnownBlobs(isCorrect: isCorrect, stamps: index.stamps)
        }
        guard let earlier else { return KnownBlobs(isCorrect: isCorrect) }
        let isEarlierCorrect = verdicts?.isCorrect(index.manifest) == true
        var known = KnownBlobs(manifest, index, earlier, isCorrect: isEarlierCorrect)
        known.isCorrect = isCorrect
        return known
    }

    /// What to say of an error that is damage of the entry; that its manifest is false is noted.
    func damage(by error: any Error, _ record: KeyRecord) -> any Error {
        guard let found = error as? MismatchedContent else { return error }
        // A manifest that is known to be true cannot become false: then it is the disk that fails.
        if settings.verifiedManifests?.verdict(on: record.manifest) == nil {
            settings.verifiedManifests?.add(record.manifest, isCorrect: false)
        }
        return found.damage
    }

    /// Notes that an entry's manifest is true, if this restore has verified what was not known of it.
    ///
    /// - Returns: whether it is known to be true.
    func learn(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ known: KnownBlobs,
        _ plan: RestorePlan
    ) -> Bool {
        if known.isCorrect { return true }
        guard known.isCorrect(manifest, writing: plan.targets.map(\.entry)) else { return false }
        settings.verifiedManifests?.add(record.manifest, isCorrect: true)
        return true
    }

    /// The manifest that the index belongs to, if it is another one than the record's and on this machine.
    func earlierManifest(_ index: StatIndex?, _ record: KeyRecord) async -> Manifest? {
        guard let index, index.manifest != record.manifest else { return nil }
        guard let text = await keptText(index.manifest, record.codec) else { return nil }
        guard let base = ManifestDelta.base(of: text) else {
            return try? await ParallelManifestDecoder.decode(text)
        }
        guard let baseText = await keptText(base, record.codec),
            let whole = try? ManifestDelta.apply(text, to: baseText, named: base)
        else { return nil }
        return try? await ParallelManifestDecoder.decode(whole)
    }

    private func keptText(_ digest: ContentDigest, _ codec: Codec) async -> [UInt8]? {
        var stored = settings.manifests?.read(digest)
        if stored == nil, let store = settings.localStore {
            let name = StoreLayout.manifest(digest, codec)
            let object = try? await store.readHashed(name, limit: Limits.manifestStored)
            if let object, object.digest == digest { stored = object.bytes }
        }
        guard let stored else { return nil }
        return try? await ParallelManifestDecoder.text(of: stored, codec)
    }
}
