/// A pack that is what its name promises and does not hold what a manifest says of it: the manifest is
/// false, by whomever it was written.
struct MismatchedContent: Error {
    /// The pack's name in the store.
    var pack: String
    /// Where in its tar another content lies.
    var offset: Int

    /// The same as damage of the entry.
    var damage: CacheError {
        .damaged("'\(pack)' holds another content at \(offset) than the manifest says")
    }
}

/// Proves what a manifest says: that each content it names lies in the pack and at the place it names.
///
/// A pack's name proves the pack's bytes and nothing of what a manifest says of them.
struct ContentVerification: Sendable {
    let reader: EntryReader
    /// How many packs are looked into at once.
    let width: Int

    /// What was found.
    struct Outcome {
        /// The packs that hold all that the manifest says of them.
        var verified: Set<Int> = []
        /// The first place at which the manifest is false.
        var mismatch: MismatchedContent?
        /// The first other reason why a pack is not verified: it is damaged, missing or out of reach.
        var failure: CacheError?

        fileprivate mutating func add(_ found: (pack: Int, error: (any Error)?)) {
            switch found.error {
            case nil: verified.insert(found.pack)
            case let error as MismatchedContent: mismatch = mismatch ?? error
            case let error as CacheError: failure = failure ?? error
            case let error?: failure = failure ?? CacheError(.store, "\(error)")
            }
        }
    }

    /// Reads packs and holds them against all that the manifest says of them.
    ///
    /// - Parameters:
    ///   - packs: which of the manifest's packs are read.
    ///   - manifest: what should be in them.
    /// - Returns: what is true.
    func verify(_ packs: Set<Int>, of manifest: Manifest) async -> Outcome {
        let blobs = ContentVerification.blobs(of: manifest, in: packs)
        return await withTaskGroup(of: (Int, (any Error)?).self) { tasks in
            var outcome = Outcome()
            for (started, index) in packs.sorted().enumerated() {
                if started >= width, let found = await tasks.next() { outcome.add(found) }
                if Task.isCancelled {
                    outcome.failure = CacheError(.store, "the work was stopped")
                    break
                }
                let (pack, blobs) = (manifest.packs[index], blobs[index] ?? [])
                tasks.addTask {
                    do {
                        try await verify(pack, holds: blobs)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            for await found in tasks { outcome.add(found) }
            return outcome
        }
    }

    private static func blobs(
        of manifest: Manifest,
        in packs: Set<Int>
    ) -> [Int: [Manifest.Blob]] {
        var blobs: [Int: [Manifest.Blob]] = [:]
        for entry in manifest.entries {
            guard case .file(_, let contents) = entry.kind else { continue }
            for blob in contents where packs.contains(blob.pack) {
                blobs[blob.pack, default: []].append(blob)
            }
        }
        return blobs
    }

    private func verify(_ pack: Manifest.Pack, holds blobs: [Manifest.Blob]) async throws {
        let stored = try await reader.readVerified(pack.name, pack.digest, limit: pack.storedSize)
        let content = try PackSource(stored, pack)
        let blobs = blobs.sorted { ($0.offset, $0.size) < ($1.offset, $1.size) }
        var window = PackSlice(content, wanting: blobs.map { $0.offset..<$0.offset + $0.size })
        var last: Manifest.Blob?
        for blob in blobs where blob != last {
            let range = try window.move(to: blob.offset..<blob.offset + blob.size)
            guard ContentDigest(of: window.bytes, range) == blob.digest else {
                throw MismatchedContent(pack: pack.name, offset: blob.offset)
            }
            last = blob
        }
    }
}
