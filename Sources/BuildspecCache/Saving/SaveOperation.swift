internal import BuildspecFiles

/// A save: it walks the tree, stores new contents, and last writes the manifest and key record.
struct SaveOperation {
    let settings: CacheSettings
    let identity: CacheIdentity
    let root: PathBytes
    /// Finds the files of the checkout.
    let checkout: Checkout.Finder
    /// The files whose times are recorded.
    let sources: SourceFiles?
    /// One writer for all objects, because it reads the pending deletions once.
    let writer: ObjectWriter

    var reader: EntryReader { settings.reader() }

    func run() async throws -> SaveReport {
        let set = PathSet(identity.paths, root: root)
        let version = set.version
        let indexFile = StatIndexFile(settings, set, root: root, scope: identity.scope)
        let index = indexFile?.read()
        let (existing, replacing) = try await existingEntry(version, index)
        if let existing { return existing }

        // If the stat index covers the whole tree the parent may not be needed; otherwise it is
        // read while the tree is walked.
        let isKnown = index?.summary?.isVerified == true
        async let earlyParent = isKnown ? nil : parent(set)
        let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
        let walk = try await CacheTree(set, checkout, roots, settings)
        // An entry with a key never changes, so it would never have the files after the links.
        if !walk.links.isEmpty, identity.key != nil {
            throw CacheError(.tree, walk.links.map(\.note).joined(separator: "; "))
        }
        let hints = identity.paths.compactMap { FilePattern.hint(for: $0, in: root) }
        let leftovers = [walk.walk.removeLeftovers(roots)].compactMap(\.self)
        let walkNotes = walk.walk.notes + hints + leftovers + walk.notes
        guard !walk.entries.isEmpty else { return nothingToSave(walk.walk.unreadable, walkNotes) }
        let tree = await TreeFingerprint.of(walk.entries)
        // Source times are recorded even if the cached tree is unchanged.
        if sources == nil,
            var report = try await unchangedTree(index, tree, set, walk.walk, replacing: replacing)
        {
            report.notes = walkNotes + report.notes
            return report
        }

        let last = isKnown ? await parent(set) : await earlyParent
        let parent = await verified(last.map { PackReuse.keepingReusablePacks($0, walk.entries) })
        let files = FileList(walk.entries)
        let unchanged = unchanged(walk.entries, files, parent, index)
        var contents = ContentPipeline(walk.entries, unchanged, roots, parent, writer, settings)
        try await contents.store(files: files.toRead.filter { unchanged.stored[$0] == nil })

        let entries = files.manifestEntries(walk.entries, contents.stored)
        let manifest = try contents.assembler.manifest(of: entries)
        let (digest, base, added) = try await write(manifest, unless: parent)
        let times = try await saveSources(walk.rules, roots, set, parent)
        let summary = StatIndex.Summary(tree: tree, codec: settings.codec, manifest)
        var record = record(digest, summary, set)
        record.base = base
        record.sources = times?.digest
        record.leftOut = contents.notes.count + walk.walk.unreadable
        try Task.checkCancellation()
        guard let recordSize = try await write(record, replacing: replacing) else {
            return savedByOther(record)
        }

        remember(files.index(digest, walk.entries, contents.stored), summary, in: indexFile)
        var report = SaveReport(
            outcome: .saved,
            entries: manifest.entries.count,
            files: record.files,
            bytes: record.bytes,
            bytesStored: contents.addedBytes + added + (times?.added ?? 0) + recordSize,
            bytesReused: contents.assembler.reusedBytes + unchanged.bytes,
            filesLeftOut: record.leftOut,
            notes: walkNotes + SaveOperation.shortened(contents.notes)
                + emptyNotes(record) + (times?.notes ?? []) + (parent?.notes ?? [])
                + settings.drainNotes()
        )
        report.sources = times?.files
        return report
    }

    private func nothingToSave(_ leftOut: Int, _ notes: [String]) -> SaveReport {
        SaveReport(outcome: .nothingToSave, filesLeftOut: leftOut, notes: notes)
    }

    /// Writes the stat index of the saved files, and the verdict that the manifest is correct.
    private func remember(
        _ saved: (index: StatIndex, isExact: Bool),
        _ summary: StatIndex.Summary,
        in file: StatIndexFile?
    ) {
        // The parent's contents were verified, and all others were hashed when they were packed.
        settings.verifiedManifests?.add(saved.index.manifest, isCorrect: true)
        var index = saved.index
        if saved.isExact { index.summary = summary.verified }
        file?.write(index)
    }

    private func saveSources(
        _ rules: CheckoutRules,
        _ roots: TreeRoots,
        _ set: PathSet,
        _ parent: ParentEntry?
    ) async throws -> SourceRecorder.Outcome? {
        guard let sources else { return nil }
        return try await SourceRecorder(
            settings: settings,
            identity: identity,
            roots: roots,
            set: set,
            files: sources,
            checkout: rules,
            writer: writer
        ).run(
            unless: parent.flatMap { $0.isShared && $0.codec == settings.codec ? $0.sources : nil }
        )
    }

    /// The note on an existing entry that has no source times although this save records them.
    func timeNotes(_ record: KeyRecord) -> [String] {
        guard sources != nil, record.sources == nil else { return [] }
        return ["the entry of this key has no source times; use another key to save them"]
    }

    /// The note on an entry without files that no later save replaces.
    func emptyNotes(_ record: KeyRecord) -> [String] {
        guard record.files == 0, record.leftOut == 0, let key = identity.key else { return [] }
        return [
            "the entry has no file in it, only directories or links, and the entry of key '\(key)' is"
                + " never replaced"
        ]
    }

    /// Keeps the notes on the first files that were left out, and counts the others.
    private static func shortened(_ notes: [String]) -> [String] {
        guard notes.count > 4 else { return notes }
        return notes.prefix(3) + ["\(notes.count - 3) more files were left out for similar reasons"]
    }

    private func unchanged(
        _ entries: [WalkedEntry],
        _ files: FileList,
        _ parent: ParentEntry?,
        _ index: StatIndex?
    ) -> UnchangedFiles {
        guard let parent, let index, index.manifest == parent.digest else {
            return UnchangedFiles(entries)
        }
        return UnchangedFiles(
            entries,
            files: files.toRead,
            parent: parent.manifest,
            index: index,
            packs: parent.packs
        )
    }

    /// Writes the manifest, as a delta if little has changed, unless it is the parent's.
    ///
    /// An object that a remote store sent damaged is not used, even if this machine has a copy.
    private func write(
        _ manifest: Manifest,
        unless parent: ParentEntry?
    ) async throws -> (digest: ContentDigest, base: ContentDigest?, added: UInt64) {
        let damaged = settings.damage?.names() ?? []
        guard let parent, parent.isShared, parent.codec == settings.codec,
            case let base = parent.base ?? parent.digest,
            !damaged.contains(StoreLayout.manifest(base, parent.codec))
        else {
            let (digest, added) = try await writer.writeManifest(manifest)
            return (digest, nil, added)
        }
        if parent.manifest == manifest,
            !damaged.contains(StoreLayout.manifest(parent.digest, parent.codec))
        {
            return (parent.digest, parent.base, 0)
        }
        let text = await ManifestEncoder.encodeInBlocks(manifest)
        let delta = ManifestDelta.encode(text, base: parent.baseText, named: base)
        let (digest, added) = try await writer.writeManifest(delta ?? text)
        return (digest, delta == nil ? nil : base, added)
    }

    /// Reads the last entry of this path set, from the scope of the save or one that it can read.
    ///
    /// A parent only saves work, so an entry with any fault counts as missing. Its packs are
    /// touched at once, so that a prune that runs at the same time keeps them.
    private func parent(_ set: PathSet) async -> ParentEntry? {
        do {
            guard let record = try await settings.lookup(identity, set).parent() else { return nil }
            let whole = try await reader.text(of: record)
            let manifest = try await whole.manifest()
            var packs = try await reader.presentPacks(manifest.packs, record)
            if let store = settings.stores.onlyLocal {
                // A pack that a prune has deleted in the meantime cannot be touched, and is not
                // used.
                packs = packs.filter { (try? store.touch(manifest.packs[$0].name)) != nil }
                try store.touch(record.manifestName)
                if let name = record.baseName { try store.touch(name) }
                if let name = record.sourcesName { try? store.touch(name) }
            } else if let localStore = settings.stores.local {
                for pack in packs { try? localStore.touch(manifest.packs[pack].name) }
                for name in record.manifestNames { try? localStore.touch(name) }
            }
            return ParentEntry(
                digest: record.manifest,
                codec: record.codec,
                base: record.base,
                baseText: whole.base,
                sources: record.sources,
                manifest: manifest,
                packs: packs,
                isShared: settings.stores.isShared(record.name),
                title: record.title
            )
        } catch {
            return nil
        }
    }

    /// Removes the packs that do not hold what the parent's manifest says.
    ///
    /// A save that used an unverified blob would store the content of another writer under its own
    /// name and signature. The signature of the parent's record does not count, because its signer
    /// can have been deceived in the same way.
    private func verified(_ parent: ParentEntry?) async -> ParentEntry? {
        guard var parent, !parent.packs.isEmpty else { return parent }
        let verdicts = settings.verifiedManifests
        guard verdicts?.isCorrect(parent.digest) != true else { return parent }
        let result = await settings.verification(reader).verify(parent.packs, of: parent.manifest)
        if let mismatch = result.mismatch {
            verdicts?.add(parent.digest, isCorrect: false)
            parent.notes.append(
                "this save does not use the wrong contents of \(parent.title): \(mismatch.damage)"
            )
        } else if result.verified.count == parent.manifest.packs.count {
            verdicts?.add(parent.digest, isCorrect: true)
        }
        parent.packs = result.verified
        return parent
    }

    func record(
        _ manifest: ContentDigest,
        _ summary: StatIndex.Summary,
        _ set: PathSet
    ) -> KeyRecord {
        let now = FileTime.now()
        var record = KeyRecord(
            scope: identity.scope,
            key: identity.key,
            paths: set.canonicalTexts,
            manifest: manifest,
            codec: summary.codec,
            saved: now.nanosecondsSinceEpoch,
            files: summary.files,
            bytes: summary.bytes,
            stored: summary.packs.map(\.storedSize).clampedSum,
            writer: settings.writer
        )
        record.inputs = identity.inputs?.bounded
        return record
    }
}
