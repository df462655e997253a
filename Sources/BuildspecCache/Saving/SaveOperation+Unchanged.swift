internal import BuildspecFiles

/// The ways in which a save is done before anything is read.
extension SaveOperation {
    /// The report for a key that is stored already, whole: entries with a key are never changed.
    ///
    /// An index of the same manifest spares reading it.
    ///
    /// - Returns: the report; and whether there is a record that is to be replaced: one that is damaged,
    ///   refused, incomplete, or not in the shared store.
    func existingEntry(
        _ version: ContentDigest,
        _ index: StatIndex?
    ) async throws -> (report: SaveReport?, isReplaced: Bool) {
        guard let key = identity.key else { return (nil, true) }
        do throws(CacheError) {
            let record = try await reader.record(
                scope: identity.scope,
                key: key,
                version: version
            )
            guard let record else { return (nil, false) }
            guard !settings.isLocalOnly(record), record.leftOut == 0,
                settings.verifiedManifests?.verdict(on: record.manifest) != false
            else { return (nil, true) }
            if sources != nil, let name = record.sourcesName {
                guard try await reader.isPresent(name) else { return (nil, true) }
            }
            let entries: Int
            if let index, index.manifest == record.manifest, let summary = index.summary {
                guard try await isWhole(record, summary) else { return (nil, true) }
                entries = index.stamps.count
            } else {
                let manifest = try await reader.manifest(of: record)
                let present = try await reader.presentPacks(manifest.packs, record)
                guard present.count == manifest.packs.count else { return (nil, true) }
                entries = manifest.entries.count
            }
            let report = SaveReport(
                outcome: .alreadyStored,
                entries: entries,
                files: record.files,
                bytes: record.bytes,
                bytesReused: record.bytes,
                notes: timeNotes(record) + signatureNotes(record) + settings.drainNotes()
            )
            return (report, false)
        } catch {
            // A damaged or refused entry is written anew.
            guard error.isMiss else { throw error }
            return (nil, true)
        }
    }

    /// Writes only the key record when the tree is still, in every entry, what the index saw stored
    /// and the store has all of it: no file, no pack and no manifest is read.
    func unchangedTree(
        _ index: StatIndex?,
        _ tree: ContentDigest,
        _ set: PathSet,
        _ walk: TreeWalk,
        replacing: Bool
    ) async throws -> SaveReport? {
        guard let index, let summary = index.summary, summary.isVerified, summary.tree == tree,
            summary.codec == settings.codec,
            let last = try? await settings.lookup(identity, set).parent(),
            last.manifest == index.manifest, settings.store.isShared(last.name),
            try await isWhole(last, summary)
        else { return nil }
        var record = record(index.manifest, summary, set)
        record.base = last.base
        record.leftOut = walk.unreadable
        guard let recordSize = try await write(record, replacing: replacing) else {
            return savedByOther(record)
        }
        return SaveReport(
            outcome: .saved,
            entries: walk.entries.count,
            files: record.files,
            bytes: record.bytes,
            bytesStored: recordSize,
            bytesReused: record.bytes,
            filesLeftOut: walk.unreadable,
            notes: emptyNotes(record) + settings.drainNotes()
        )
    }

    /// Writes the key record; of saves of one new key at the same time, the first one's.
    ///
    /// - Returns: its size; `nil` when another save's record is there.
    func write(_ record: KeyRecord, replacing: Bool) async throws(CacheError) -> UInt64? {
        let bytes = try record.encode(signedBy: settings.signingKey)
        do throws(StoreError) {
            if replacing {
                try await settings.store.write(record.name, bytes)
            } else if try await !settings.store.create(record.name, bytes) {
                return nil
            }
            return UInt64(bytes.count)
        } catch {
            throw CacheError(error)
        }
    }

    /// The report when another save of the key was quicker.
    func savedByOther(_ record: KeyRecord) -> SaveReport {
        SaveReport(
            outcome: .alreadyStored,
            files: record.files,
            bytes: record.bytes,
            notes: settings.drainNotes()
        )
    }

    /// Whether the store has a record's manifest and packs; they are made young first, so that a
    /// prune that runs beside this save leaves them alone.
    private func isWhole(
        _ record: KeyRecord,
        _ summary: StatIndex.Summary
    ) async throws(CacheError) -> Bool {
        if let store = settings.localStore {
            for pack in summary.packs { try? store.touch(pack.name) }
            for name in record.manifestNames { try? store.touch(name) }
        }
        guard try await reader.hasManifest(of: record) else { return false }
        return try await reader.presentPacks(summary.packs, record).count == summary.packs.count
    }
}
