extension CacheSettings {
    /// Creates the verification of entries' contents.
    func verification(_ reader: EntryReader) -> ContentVerification {
        ContentVerification(reader: reader, width: concurrentTransfers)
    }

    /// Verifies that some packs of an entry match its manifest, unless that is already known.
    ///
    /// - Parameters:
    ///   - record: The entry's record.
    ///   - manifest: The entry's manifest.
    ///   - packs: The indexes of the packs; `nil` is all.
    ///   - reader: The reader of the packs.
    /// - Throws: `MismatchedContent` when a pack does not match the manifest, `CacheError` when one
    ///   cannot be read.
    func verify(
        _ record: KeyRecord,
        _ manifest: Manifest,
        packs: Set<Int>? = nil,
        _ reader: EntryReader
    ) async throws {
        switch verifiedManifests?.verdict(on: record.manifest) {
        case true?: return
        case false?:
            throw CacheError.damaged("the packs do not match '\(record.manifestName)'")
        case nil:
            let packs = packs ?? Set(manifest.packs.indices)
            let outcome = await verification(reader).verify(packs, of: manifest)
            if let mismatch = outcome.mismatch {
                verifiedManifests?.add(record.manifest, isCorrect: false)
                throw mismatch
            }
            if let failure = outcome.failure { throw failure }
            if packs.count == manifest.packs.count {
                verifiedManifests?.add(record.manifest, isCorrect: true)
            }
        }
    }
}
