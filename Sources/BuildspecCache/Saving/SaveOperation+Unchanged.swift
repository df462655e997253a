internal import BuildspecFiles

/// The saves that end before any file is read.
extension SaveOperation {
    /// Makes the report for a key whose entry is complete already: entries with a key never change.
    ///
    /// A record that is damaged, refused, incomplete or not in the shared store is replaced.
    func existingEntry(
        _ version: ContentDigest,
        _ index: StatIndex?
    ) async throws -> (report: SaveReport?, isReplaced: Bool) {
        guard let key = identity.key else { return (nil, true) }
        do throws(CacheError) {
            let record = try await reader.record(scope: identity.scope, key: key, version: version)
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
            // A damaged or refused entry is written again.
            guard error.isMiss else { throw error }
            return (nil, true)
        }
    }

    /// Writes only the key record, if the tree is still what the stat index says and the store has
    /// all objects; then no file, pack or manifest is read.
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
            last.manifest == index.manifest, settings.stores.isShared(last.name),
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

    /// Writes the key record, and returns its size; `nil` if another save of the new key was first.
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

    /// Makes the report for a save that another save of the key preceded.
    func savedByOther(_ record: KeyRecord) -> SaveReport {
        SaveReport(
            outcome: .alreadyStored,
            files: record.files,
            bytes: record.bytes,
            notes: settings.drainNotes()
        )
    }

    /// The note on an existing entry of the key that is not signed by the key of this save.
    private func signatureNotes(_ record: KeyRecord) -> [String] {
        guard let key = settings.signingKey, record.signature?.isValid(for: key.publicKey) != true
        else { return [] }
        if case .verified = settings.policyEnforcer?.policy.trust(in: record) { return [] }
        return [
            "\(record.title) is stored already and is not signed by this key; a save with "
                + "'--require-signed' and a cache policy replaces it"
        ]
    }

    /// Whether the store has a record's manifest and packs, touched so that a prune keeps them.
    private func isWhole(
        _ record: KeyRecord,
        _ summary: StatIndex.Summary
    ) async throws(CacheError) -> Bool {
        if let store = settings.stores.local {
            for pack in summary.packs { try? store.touch(pack.name) }
            for name in record.manifestNames { try? store.touch(name) }
        }
        guard try await reader.hasManifest(of: record) else { return false }
        return try await reader.presentPacks(summary.packs, record).count == summary.packs.count
    }
}
