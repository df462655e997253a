internal import BuildspecFiles

/// One save, start to end: walk, store what is new, write manifest and, last, the key record.
struct SaveOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes

    private var reader: EntryReader { settings.reader() }
    private var writer: ObjectWriter { settings.objectWriter() }

    init(_ settings: CacheSettings, _ identity: CacheIdentity, root: PathBytes) {
        self.settings = settings
        self.identity = identity
        self.root = root
    }

    func run() async throws -> SaveReport {
        let set = PathSet(identity.paths, root: root)
        let version = KeyRecord.version(ofPaths: set.canonicalTexts)
        if let report = try await existingEntry(version) { return report }

        let roots = try TreeRoots(root: root, top: settings.top)
        let walk = await TreeWalk(
            set,
            root: roots.root,
            top: roots.top,
            excluding: settings.storeDirectory(),
            width: settings.width
        )
        let walkNotes = walk.notes + [walk.removeLeftovers(roots)].compactMap(\.self)
        guard !walk.entries.isEmpty else {
            return SaveReport(outcome: .nothingToSave, notes: walkNotes)
        }
        let parent = await parent(version).map { PackReuse.keepingWorthwhile($0, walk.entries) }
        let indexFile = StatIndexFile(settings, root: root, scope: identity.scope, version: version)
        let files = FileList(walk.entries)
        let unchanged = unchanged(walk.entries, files, parent, indexFile?.read())
        let toRead = files.toRead.filter { unchanged.stored[$0] == nil }
        var contents = ContentPipeline(
            walk.entries,
            roots: roots,
            assembler: PackAssembler(parent: parent),
            writer: writer,
            width: settings.width
        )
        try await contents.store(files: toRead)

        let stored = unchanged.stored.merging(contents.stored) { $1 }
        let entries = files.manifestEntries(walk.entries, stored)
        let manifest = try contents.assembler.manifest(of: entries)
        let (digest, added) = try await write(manifest, unless: parent)
        var record = record(manifest, digest, set)
        record.inputs = identity.inputs?.bounded
        let recordBytes = record.encode()
        try await settings.store.write(record.name, recordBytes)
        indexFile?.write(files.index(digest, walk.entries, stored))

        return SaveReport(
            outcome: .saved,
            entries: manifest.entries.count,
            files: record.files,
            bytes: record.bytes,
            bytesStored: contents.writtenBytes + added + UInt64(recordBytes.count),
            bytesReused: contents.assembler.reusedBytes + unchanged.bytes,
            filesLeftOut: contents.notes.count,
            notes: walkNotes + SaveOperation.shortened(contents.notes) + settings.store.takeNotes()
        )
    }

    /// Names the first files that were left out and counts the others.
    private static func shortened(_ notes: [String]) -> [String] {
        guard notes.count > 4 else { return notes }
        return notes.prefix(3) + ["\(notes.count - 3) more files were left out for the like"]
    }

    /// What the parent and the index prove unchanged.
    private func unchanged(
        _ entries: [WalkedEntry],
        _ files: FileList,
        _ parent: ParentEntry?,
        _ index: StatIndex?
    ) -> UnchangedFiles {
        guard let parent, let index, index.manifest == parent.digest else {
            return UnchangedFiles()
        }
        return UnchangedFiles(
            entries,
            files: files.toRead,
            parent: parent.manifest,
            index: index,
            packs: parent.packs
        )
    }

    /// Writes the manifest, unless it is the parent's and so in the store already.
    private func write(
        _ manifest: Manifest,
        unless parent: ParentEntry?
    ) async throws -> (digest: ContentDigest, added: UInt64) {
        if let parent, parent.isShared, parent.codec == settings.codec,
            parent.manifest == manifest
        {
            return (parent.digest, 0)
        }
        return try await writer.writeManifest(manifest)
    }

    /// The report for a key that is stored already, whole: entries with a key are never changed.
    private func existingEntry(_ version: ContentDigest) async throws -> SaveReport? {
        guard let key = identity.key else { return nil }
        do throws(CacheError) {
            let record = try await reader.record(
                scope: identity.scope,
                key: key,
                version: version
            )
            guard let record else { return nil }
            let manifest = try await reader.manifest(of: record)
            let present = try await reader.presentPacks(of: manifest, record)
            guard present.count == manifest.packs.count else { return nil }
            return SaveReport(
                outcome: .alreadyStored,
                entries: manifest.entries.count,
                files: record.files,
                bytes: record.bytes,
                bytesReused: record.bytes,
                notes: settings.store.takeNotes()
            )
        } catch {
            // A damaged entry is written anew.
            guard error.code == .damaged else { throw error }
            return nil
        }
    }

    /// The last entry of this scope and path set, whose packs can be referred to.
    ///
    /// It only saves work, so whatever is wrong with it counts as none. Its packs are made young at
    /// once, so that a prune that runs beside this save leaves them alone.
    private func parent(_ version: ContentDigest) async -> ParentEntry? {
        do {
            let record = try await reader.newestRecord(scope: identity.scope, version: version)
            guard let record else { return nil }
            let manifest = try await reader.manifest(of: record)
            var packs = try await reader.presentPacks(of: manifest, record)
            if let store = settings.store as? any LocalCacheStore {
                // What a prune has removed meanwhile cannot be made young, and is not referred to.
                packs = packs.filter { (try? store.refresh(manifest.packs[$0].name)) != nil }
                try store.refresh(record.manifestName)
            } else if let near = settings.localStore {
                for pack in packs { try? near.refresh(manifest.packs[pack].name) }
                try? near.refresh(record.manifestName)
            }
            return ParentEntry(
                digest: record.manifest,
                codec: record.codec,
                manifest: manifest,
                packs: packs,
                isShared: settings.store.isShared(record.name)
            )
        } catch {
            return nil
        }
    }

    private func record(
        _ manifest: Manifest,
        _ digest: ContentDigest,
        _ set: PathSet
    ) -> KeyRecord {
        let now = FileTime.now()
        return KeyRecord(
            scope: identity.scope,
            key: identity.key,
            paths: set.canonicalTexts,
            manifest: digest,
            codec: settings.codec,
            saved: now.seconds * 1_000_000_000 + Int64(now.nanoseconds),
            files: manifest.fileCount,
            bytes: manifest.contentBytes,
            stored: manifest.packs.reduce(0) { $0 + $1.storedSize },
            writer: settings.writer
        )
    }
}

/// The entry that a save builds upon.
struct ParentEntry: Sendable {
    /// The digest of the manifest's stored bytes.
    var digest: ContentDigest
    var codec: Codec
    var manifest: Manifest
    /// Which of the manifest's packs may be referred to.
    var packs: Set<Int>
    /// Whether other machines find the manifest too.
    var isShared = true
}
