internal import BuildspecFiles

/// The part of a save that records the sources: what they hold and when they were last changed.
struct SourceRecorder {
    /// What became of it.
    struct Saved {
        /// The digest of the record's stored bytes; `nil` when there is none.
        var digest: ContentDigest?
        /// How many files it lists.
        var files = 0
        /// Bytes that were added to the store.
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

    /// Records the sources.
    ///
    /// - Parameter parent: the record of the last entry, which need not be sent to a store again.
    /// - Returns: what was recorded.
    /// - Throws: when the store cannot be written.
    func run(unless parent: ContentDigest?) async throws -> Saved {
        let tree = await SourceTree(set, files, checkout, roots, settings)
        guard tree.sources.count <= Limits.sources else {
            let note =
                "the source times were not saved: there are \(tree.sources.count) source files, "
                + "and at most \(Limits.sources) are recorded"
            return Saved(notes: [note])
        }
        let indexFile = SourceIndexFile(
            settings,
            root: roots.root.path,
            scope: identity.scope,
            version: KeyRecord.version(ofPaths: set.canonicalTexts)
        )
        let index = indexFile?.read()
        var seen = index?.unchanged(tree.sources) ?? [:]
        let toRead = tree.sources.indices.filter {
            tree.sources[$0].status.kind == .regular && seen[$0] == nil
        }
        let digests = SourceDigests(roots: roots, width: settings.width)
        seen.merge(await digests.read(tree.sources, toRead)) { $1 }
        try Task.checkCancellation()
        let record = SourceRecorder.record(tree.sources, seen)
        let (digest, added) = try await writer.writeManifest(
            record.encode(),
            unless: parent
        )
        if !toRead.isEmpty || seen.count != index?.count {
            indexFile?.write(SourceIndex(tree.sources, seen))
        }
        return Saved(
            digest: digest,
            files: record.fileCount,
            added: added,
            notes: notes(tree.sources, seen)
        )
    }

    private static func record(
        _ sources: [WalkedEntry],
        _ seen: [Int: SourceDigests.Seen]
    ) -> SourceRecord {
        var record = SourceRecord()
        record.entries.reserveCapacity(sources.count)
        for (place, entry) in sources.enumerated() {
            let kind: SourceRecord.Kind
            if let target = entry.linkTarget {
                kind = .link(target: target)
            } else if let file = seen[place] {
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

    /// What to say of files that could not be recorded.
    private func notes(_ sources: [WalkedEntry], _ seen: [Int: SourceDigests.Seen]) -> [String] {
        let missing = sources.indices.filter {
            sources[$0].status.kind == .regular && seen[$0] == nil
        }
        guard let first = missing.first else { return [] }
        let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        return [
            "the time of '\(sources[first].path.text)'\(others) was not saved: too large, "
                + "not readable or just being changed"
        ]
    }
}
