internal import BuildspecFiles

extension RestoreOperation {
    /// Finds the known contents of an entry; with `verify`, verifies all contents first.
    func knownBlobs(
        _ record: KeyRecord,
        _ manifest: Manifest,
        _ index: StatIndex?,
        _ earlier: Manifest?
    ) async throws -> KnownBlobs {
        let verdicts = settings.verifiedManifests
        let verdict = verdicts?.verdict(on: record.manifest)
        if verdict == false {
            throw CacheError.damaged("the packs do not match '\(record.manifestName)'")
        }
        if verify, verdict == nil { try await settings.verify(record, manifest, reader) }
        let isCorrect = verify || verdict == true
        if let index, index.manifest == record.manifest {
            return KnownBlobs(isCorrect: isCorrect, stamps: index.stamps)
        }
        guard let index, let earlier else { return KnownBlobs(isCorrect: isCorrect) }
        let isEarlierCorrect = verdicts?.isCorrect(index.manifest) == true
        var known = KnownBlobs(manifest, index, earlier, isCorrect: isEarlierCorrect)
        known.isCorrect = isCorrect
        return known
    }

    /// Turns an error into the damage to report, and stores the verdict on an incorrect manifest.
    func damage(by error: any Error, _ record: KeyRecord) -> any Error {
        guard let mismatch = error as? MismatchedContent else { return error }
        // A correct manifest stays correct: then the disk fails.
        if settings.verifiedManifests?.verdict(on: record.manifest) == nil {
            settings.verifiedManifests?.add(record.manifest, isCorrect: false)
        }
        return mismatch.damage
    }

    /// Returns whether the manifest is known to be correct now, and stores a new verdict.
    func storeVerdict(
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

    /// Reads the manifest of the stat index, if it is not the record's and is on this machine.
    func earlierManifest(_ index: StatIndex?, _ record: KeyRecord) async -> Manifest? {
        guard let index, index.manifest != record.manifest,
            let text = await localText(index.manifest, record.codec)
        else { return nil }
        guard let base = ManifestDelta.base(of: text) else {
            return try? await ParallelManifestDecoder.decode(text)
        }
        guard let baseText = await localText(base, record.codec),
            let whole = try? ManifestDelta.apply(text, to: baseText, named: base)
        else { return nil }
        return try? await ParallelManifestDecoder.decode(whole)
    }

    /// Reads the text of a manifest from this machine.
    private func localText(_ digest: ContentDigest, _ codec: Codec) async -> [UInt8]? {
        var stored = settings.manifests?.read(digest)
        if stored == nil, let store = settings.stores.local {
            let name = StoreLayout.manifest(digest, codec)
            let object = try? await store.read(name, limit: Limits.manifestStored)
            if let object, object.digest == digest { stored = object.bytes }
        }
        guard let stored else { return nil }
        return try? await ParallelManifestDecoder.text(of: stored, codec)
    }
}
