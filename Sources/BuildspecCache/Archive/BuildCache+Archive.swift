internal import BuildspecFiles
public import SystemPackage

extension BuildCache {
    /// Writes an entry as a tar that any tar unpacks: names, links, modes and nanosecond times.
    ///
    /// - Parameters:
    ///   - recordName: the entry, as a listing names it.
    ///   - file: where to; it is seen under its name when it is whole.
    ///   - form: how it is compressed.
    /// - Returns: what was written.
    /// - Throws: `CacheError` when the entry is damaged or the file cannot be written.
    public func export(
        _ recordName: String,
        to file: FilePath,
        as form: ArchiveForm
    ) async throws -> ExportReport {
        let place = Machine.settled(PathBytes(file.string))
        for store in storeDirectories where place.isWithin(Machine.settled(PathBytes(store.string)))
        {
            throw CacheError(
                .request,
                "the archive '\(file)' would lie in the store; write it elsewhere"
            )
        }
        return try await onBlockingThreads {
            let reader = settings.reader()
            let operation = ExportOperation(
                reader: reader,
                record: try await reader.existingRecord(named: recordName),
                output: PathBytes(file.string),
                form: form
            )
            return try await operation.run()
        }
    }

    /// Makes an entry from a tar, which need not be trusted.
    ///
    /// - Parameters:
    ///   - archive: a tar as it is, gzip or Zstandard; told by its first bytes.
    ///   - identity: what to file it under; its paths say which members are taken.
    ///   - root: the directory that relative paths start from.
    ///   - limit: the most bytes that the archive may unpack to.
    /// - Returns: what was stored.
    /// - Throws: `CacheError` when the archive is damaged or refused; nothing is stored then.
    public func importArchive(
        _ archive: FilePath,
        as identity: CacheIdentity,
        root: FilePath,
        limit: UInt64
    ) async throws -> SaveReport {
        try identity.checkKey()
        if let reason = reasonNotToSave(in: identity.scope) {
            return SaveReport(outcome: .notAllowed(reason))
        }
        let root = try Machine.absolute(root)
        let identity = identity.resolved(at: root, settings.fileSystemRoot)
        return try await onBlockingThreads {
            try await settings.sendingInBackground { settings in
                let operation = ImportOperation(
                    settings: settings,
                    identity: identity,
                    root: root,
                    archive: PathBytes(archive.string),
                    limit: limit
                )
                return try await operation.run()
            }
        }
    }
}

extension EntryReader {
    /// The record under a name that a listing gave.
    func existingRecord(named name: String) async throws(CacheError) -> KeyRecord {
        guard let record = try await record(named: name) else {
            throw CacheError(.request, "the entry '\(name)' is gone")
        }
        return record
    }
}
