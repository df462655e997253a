internal import BuildspecFiles

/// The part of a save that records the contents and times of source files.
struct SourceRecorder {
    struct Outcome {
        /// The digest of the record's stored bytes; `nil` if there is no record.
        var digest: ContentDigest?
        var files = 0
        /// The number of bytes that were added to the store.
        var added: UInt64 = 0
        var notes: [String] = []
    }

    let settings: CacheSettings
    let identity: CacheIdentity
    let roots: TreeRoots
    let set: PathSet
    let files: SourceFiles
    let checkout: CheckoutRules
    let writer: ObjectWriter

    /// Records the source files; the record of the parent is not sent to a store again.
    func run(unless parent: ContentDigest?) async throws -> Outcome {
        let tree = await SourceTree(set, files, checkout, roots, settings)
        guard tree.sources.count <= Limits.sources else {
            let note =
                "the source times were not saved: there are \(tree.sources.count) source files, "
                + "and at most \(Limits.sources) are recorded"
            return Outcome(notes: [note])
        }
        let root = roots.root.path
        let indexFile = SourceIndexFile(settings, set, root: root, scope: identity.scope)
        let index = indexFile?.read()
        var hashed = index?.unchanged(tree.sources) ?? [:]
        let toRead = tree.sources.indices.filter {
            tree.sources[$0].status.kind == .regular && hashed[$0] == nil
        }
        let digests = SourceDigests(roots: roots, width: settings.width)
        hashed.merge(await digests.read(tree.sources, toRead)) { $1 }
        try Task.checkCancellation()
        let record = SourceRecorder.record(tree.sources, hashed)
        let (digest, added) = try await writer.writeManifest(record.encode(), unless: parent)
        if !toRead.isEmpty || hashed.count != index?.count {
            indexFile?.write(SourceIndex(tree.sources, hashed))
        }
        return Outcome(
            digest: digest,
            files: record.fileCount,
            added: added,
            notes: notes(tree.sources, hashed)
        )
    }

    private static func record(
        _ sources: [WalkedEntry],
        _ hashed: [Int: SourceDigests.HashedFile]
    ) -> SourceRecord {
        var record = SourceRecord()
        record.entries.reserveCapacity(sources.count)
        for (index, entry) in sources.enumerated() {
            let kind: SourceRecord.Kind
            if let target = entry.linkTarget {
                kind = .link(target: target)
            } else if let file = hashed[index] {
                kind = .file(
                    size: file.status.size,
                    modified: file.status.modified.within(Limits.seconds),
                    digest: file.digest
                )
            } else {
                continue
            }
            record.entries.append(SourceRecord.Entry(path: entry.path, kind: kind))
        }
        return record
    }

    /// The notes on files that could not be recorded.
    private func notes(
        _ sources: [WalkedEntry],
        _ hashed: [Int: SourceDigests.HashedFile]
    ) -> [String] {
        let missing = sources.indices.filter {
            sources[$0].status.kind == .regular && hashed[$0] == nil
        }
        guard let first = missing.first else { return [] }
        let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        return [
            "the time of '\(sources[first].path.text)'\(others) was not saved: too large, "
                + "not readable or being changed"
        ]
    }
}
