internal import BuildspecFiles
internal import SystemPackage

/// The direction in which entries are copied between the local and the shared store.
public enum TransferDirection: String, Sendable {
    /// From this machine to the shared store.
    case push
    /// From the shared store to this machine.
    case pull
}

/// The entries that a transfer copies.
public struct TransferSelection: Sendable, Equatable {
    /// The only scope; `nil` is any.
    public var scope: String?
    /// The only keys, with `nil` for default entries; an empty list is any.
    public var keys: [String?]

    /// Creates a selection; the defaults select the whole store.
    public init(scope: String? = nil, keys: [String?] = []) {
        self.scope = scope
        self.keys = keys
    }
}

/// The result of a transfer in one direction, or of its dry run.
public struct TransferReport: Sendable, Equatable {
    /// The direction.
    public var direction: TransferDirection
    /// The location of the store that entries come from.
    public var source = ""
    /// Whether the source is a directory that does not exist.
    public var isSourceMissing = false
    /// The entries whose records were written.
    public var entries: [CacheEntryInfo] = []
    /// The number of entries that the target already had.
    public var entriesPresent = 0
    /// The number of packs and manifests that were written.
    public var objects = 0
    /// The stored bytes of the packs and manifests that were written.
    public var bytes: UInt64 = 0
    /// The number of packs and manifests that the target already had.
    public var objectsPresent = 0
    /// The damaged entries that were not copied, one line each.
    public var skipped: [String] = []

    /// Whether no entry matches the selection.
    public var hasFoundNothing: Bool { entries.isEmpty && entriesPresent == 0 && skipped.isEmpty }
}

extension BuildCache {
    /// Copies entries between the local store and the shared store.
    ///
    /// Only missing objects are copied, and each is verified before it is written: packs first,
    /// then manifests, and the key record last. An entry with a key is never overwritten; a default
    /// entry only by one that was saved later. An interrupted transfer can be repeated; it copies
    /// only objects that are still missing.
    ///
    /// - Parameters:
    ///   - direction: The direction.
    ///   - selection: The entries to copy.
    ///   - dryRun: Whether to report only what would be copied.
    /// - Returns: A report of the transfer.
    /// - Throws: `CacheError` when the cache has only one store, or a store cannot be read or
    ///   written.
    public func transfer(
        _ direction: TransferDirection,
        _ selection: TransferSelection = TransferSelection(),
        dryRun: Bool = false
    ) async throws -> TransferReport {
        let stores = settings.stores
        guard let local = stores.local, let shared = stores.shared else {
            throw CacheError(.request, "there is no shared store; name one with --remote")
        }
        let isPush = direction == .push
        if isPush, !dryRun { try requireWritable() }
        let transfer = Transfer(
            source: isPush ? local : shared,
            target: isPush ? shared : local,
            isSourceDirectory: isPush || stores.sharedDirectory != nil,
            // The users of a shared store do not lock it, even if it is a directory.
            lockedTarget: isPush ? nil : local,
            selection: selection,
            dryRun: dryRun
        )
        return try await onBlockingThreads {
            let directory = (isPush ? local : stores.sharedDirectory)?.directory
            let isMissing =
                directory.map { (try? DirectoryHandle.open(PathBytes($0.string))) == nil } ?? false
            var report = try await transfer.run(direction)
            report.source = transfer.source.location
            report.isSourceMissing = isMissing
            return report
        }
    }
}
