internal import BuildspecFiles
public import SystemPackage

extension BuildCache {
    /// Writes an entry, given by the name of its record, as a tar that any tar program unpacks.
    ///
    /// It has names, links, modes and nanosecond times. A complete file gets its name at the end.
    ///
    /// - Throws: `CacheError` when the entry is damaged or the file cannot be written.
    public func export(
        _ recordName: String,
        to file: FilePath,
        as form: ArchiveForm
    ) async throws -> ExportReport {
        let path = Machine.resolved(PathBytes(file.string))
        let stores = storeDirectories.map { Machine.resolved(PathBytes($0.string)) }
        guard !stores.contains(where: path.isWithin) else {
            throw CacheError(
                .request,
                "cannot write the archive '\(file)': it would be inside the store; name another file"
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

    /// Creates an entry from an untrusted tar.
    ///
    /// - Parameters:
    ///   - archive: A tar, uncompressed or compressed with gzip or Zstandard; its first bytes
    ///     decide.
    ///   - identity: The scope, key and paths of the entry; only members in the paths are imported.
    ///   - root: The directory that relative paths start from.
    ///   - limit: The largest accepted size of the unpacked archive, in bytes.
    /// - Returns: A report of the save.
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
                try await ImportOperation(
                    settings: settings,
                    identity: identity,
                    root: root,
                    archive: PathBytes(archive.string),
                    limit: limit
                ).run()
            }
        }
    }
}

extension EntryReader {
    /// Reads the record with a name from a listing; throws if it has been deleted.
    func existingRecord(named name: String) async throws(CacheError) -> KeyRecord {
        guard let record = try await record(named: name) else {
            throw CacheError(.request, "the entry '\(name)' no longer exists")
        }
        return record
    }
}
