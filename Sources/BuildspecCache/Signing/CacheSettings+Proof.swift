extension CacheSettings {
    /// What proves the contents of entries.
    func proof(_ reader: EntryReader) -> ContentVerification {
        ContentVerification(reader: reader, width: transfers)
    }

    /// Proves what an entry's manifest says of some of its packs, unless that is known.
    ///
    /// - Parameters:
    ///   - record: the entry.
    ///   - manifest: its manifest.
    ///   - packs: the packs; `nil` is all of them.
    ///   - reader: what reads them.
    /// - Throws: `MismatchedContent` when a pack holds something else, `CacheError` when one cannot be read.
    func verify(
        _ record: KeyRecord,
        _ manifest: Manifest,
        packs: Set<Int>? = nil,
        _ reader: EntryReader
    ) async throws {
        switch verdicts?.verdict(on: record.manifest) {
        case true?: return
        case false?:
            throw CacheError.damaged("its packs do not hold what '\(record.manifestName)' says")
        case nil:
            let packs = packs ?? Set(manifest.packs.indices)
            let proof = await proof(reader).verify(packs, of: manifest)
            if let found = proof.mismatch {
                verdicts?.add(record.manifest, isCorrect: false)
                throw found
            }
            if let failure = proof.failure { throw failure }
            if packs.count == manifest.packs.count {
                verdicts?.add(record.manifest, isCorrect: true)
            }
        }
    }
}
