/// An undamaged pack that does not have a blob of the manifest: the manifest is not correct.
struct MismatchedContent: Error {
    /// The pack's name in the store.
    var pack: String
    /// The offset of the blob in the pack's tar.
    var offset: Int

    var damage: CacheError {
        .damaged("'\(pack)' has other content at offset \(offset) than the manifest says")
    }
}

/// A verification that each blob of a manifest is in its pack, at the offset in the manifest.
///
/// The name of a pack only shows that its bytes are undamaged.
struct ContentVerification: Sendable {
    let reader: EntryReader
    /// The number of packs that are verified at once.
    let width: Int

    /// The result of a verification.
    struct Outcome {
        /// The indices of the packs that have all their blobs.
        var verified: Set<Int> = []
        /// The first blob that is not in its pack.
        var mismatch: MismatchedContent?
        /// The first other reason why a pack is not verified.
        var failure: CacheError?

        fileprivate mutating func add(_ result: (pack: Int, error: (any Error)?)) {
            switch result.error {
            case nil: verified.insert(result.pack)
            case let error as MismatchedContent: mismatch = mismatch ?? error
            case let error as CacheError: failure = failure ?? error
            case let error?: failure = failure ?? CacheError(.store, "\(error)")
            }
        }
    }

    /// Reads the packs of these indices and compares each blob with its digest.
    func verify(_ packs: Set<Int>, of manifest: Manifest) async -> Outcome {
        let blobs = ContentVerification.blobs(of: manifest, in: packs)
        return await withTaskGroup(of: (Int, (any Error)?).self) { tasks in
            var outcome = Outcome()
            for (started, index) in packs.sorted().enumerated() {
                if started >= width, let result = await tasks.next() { outcome.add(result) }
                if Task.isCancelled {
                    outcome.failure = CacheError(.store, "the work was stopped")
                    break
                }
                let (pack, blobs) = (manifest.packs[index], blobs[index] ?? [])
                tasks.addTask {
                    do {
                        try await reader.verify(pack, holds: blobs)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            for await result in tasks { outcome.add(result) }
            return outcome
        }
    }

    private static func blobs(of manifest: Manifest, in packs: Set<Int>) -> [Int: [Manifest.Blob]] {
        var blobs: [Int: [Manifest.Blob]] = [:]
        for entry in manifest.entries {
            guard case .file(_, let contents) = entry.kind else { continue }
            for blob in contents where packs.contains(blob.pack) {
                blobs[blob.pack, default: []].append(blob)
            }
        }
        return blobs
    }
}

extension EntryReader {
    /// Reads a pack and compares each blob with its digest; a pack larger than `limit` is not read.
    ///
    /// - Throws: `MismatchedContent` for the first blob that differs, or `CacheError`.
    func verify(
        _ pack: Manifest.Pack,
        holds blobs: some Sequence<Manifest.Blob>,
        limit: UInt64? = nil
    ) async throws {
        let source = try await self.pack(pack, limit: limit)
        let blobs = blobs.sorted { ($0.offset, $0.size) < ($1.offset, $1.size) }
        var slice = PackSlice(source, wanting: blobs.map { $0.offset..<$0.offset + $0.size })
        var last: Manifest.Blob?
        for blob in blobs where blob != last {
            let range = try slice.move(to: blob.offset..<blob.offset + blob.size)
            guard ContentDigest(of: slice.bytes, range) == blob.digest else {
                throw MismatchedContent(pack: pack.name, offset: blob.offset)
            }
            last = blob
        }
    }
}

extension CacheSettings {
    /// Creates the verification of entries' contents.
    func verification(_ reader: EntryReader) -> ContentVerification {
        ContentVerification(reader: reader, width: concurrentTransfers)
    }

    /// Verifies that packs of an entry (`nil` is all) match its manifest, unless that is known.
    ///
    /// Throws `MismatchedContent` if one does not match.
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
