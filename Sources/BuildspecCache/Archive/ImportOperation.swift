internal import BuildspecFiles

/// An import: it makes an entry from an archive's members, as if they had been saved.
struct ImportOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    let archive: PathBytes
    /// The largest accepted size of the content.
    let limit: UInt64

    private var reader: EntryReader { settings.reader() }

    func run() async throws -> SaveReport {
        let set = PathSet(identity.paths, root: root)
        if try await isStored(set) {
            return SaveReport(outcome: .alreadyStored, notes: settings.drainNotes())
        }
        let writer = settings.objectWriter()
        var members = TarReader(try ArchiveInput(archive, limit: limit))
        var tree = ImportedTree(set)
        var packs = ImportPacks(writer)
        while let member = try members.next() {
            guard let path = try tree.path(of: member) else { continue }
            var blobs = BlobList()
            if case .file(let size) = member.kind {
                blobs = try await packs.store(path, size: size, from: &members)
            }
            try tree.add(member, at: path, blobs: blobs)
        }
        try await packs.finish()
        let manifest = Manifest(packs: packs.packs, entries: try tree.finished())
        guard !manifest.entries.isEmpty else {
            return SaveReport(outcome: .nothingToSave, notes: tree.notes + settings.drainNotes())
        }
        let (digest, added) = try await writer.writeManifest(manifest)
        let record = keyRecord(manifest, digest, set)
        let bytes = try record.encode(signedBy: settings.signingKey)
        try await settings.store.write(record.name, bytes)
        return SaveReport(
            outcome: .saved,
            entries: manifest.entries.count,
            files: record.files,
            bytes: record.bytes,
            bytesStored: packs.addedBytes + added + UInt64(bytes.count),
            notes: tree.notes + settings.drainNotes()
        )
    }

    /// Returns whether the key has an intact entry, which an import never changes.
    private func isStored(_ set: PathSet) async throws -> Bool {
        guard let key = identity.key else { return false }
        do throws(CacheError) {
            let version = set.version
            let record = try await reader.record(scope: identity.scope, key: key, version: version)
            guard let record, !settings.isLocalOnly(record), record.leftOut == 0,
                settings.verifiedManifests?.verdict(on: record.manifest) != false
            else { return false }
            _ = try await reader.manifest(of: record)
            return true
        } catch {
            guard error.isMiss else { throw error }
            return false
        }
    }

    private func keyRecord(
        _ manifest: Manifest,
        _ digest: ContentDigest,
        _ set: PathSet
    ) -> KeyRecord {
        KeyRecord(
            scope: identity.scope,
            key: identity.key,
            paths: set.canonicalTexts,
            manifest: digest,
            codec: settings.codec,
            saved: FileTime.now().nanosecondsSinceEpoch,
            files: manifest.fileCount,
            bytes: manifest.contentBytes,
            stored: manifest.packs.map(\.storedSize).clampedSum,
            writer: settings.writer
        )
    }
}
