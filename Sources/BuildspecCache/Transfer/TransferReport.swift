internal import BuildspecFiles
internal import SystemPackage

/// Which way entries go between the store on this machine and the shared one behind it.
public enum TransferDirection: String, Sendable {
    /// From this machine to the shared store.
    case push
    /// From the shared store to this machine.
    case pull
}

/// Which entries are meant.
public struct TransferSelection: Sendable, Equatable {
    /// Only those of this scope; `nil` is any.
    public var scope: String?
    /// Only those of these keys, `nil` among them for keyless ones; empty is any.
    public var keys: [String?]

    /// Creates a selection; the defaults are the whole store.
    public init(scope: String? = nil, keys: [String?] = []) {
        self.scope = scope
        self.keys = keys
    }
}

/// What was moved one way, or would be.
public struct TransferReport: Sendable, Equatable {
    /// Which way.
    public var direction: TransferDirection
    /// Where entries come from.
    public var source = ""
    /// Whether there is no store yet where entries come from: a directory that is not there.
    public var isSourceMissing = false
    /// The entries whose records were written.
    public var entries: [CacheEntryInfo] = []
    /// Entries that the other store has already.
    public var entriesPresent = 0
    /// Packs and manifests that were written.
    public var objects = 0
    /// The stored bytes of those.
    public var bytes: UInt64 = 0
    /// Packs and manifests that the other store had already.
    public var objectsPresent = 0
    /// What was left where it is because it is damaged, one line each.
    public var skipped: [String] = []

    /// Whether no entry is as the selection wants it.
    public var hasFoundNothing: Bool { entries.isEmpty && entriesPresent == 0 && skipped.isEmpty }
}

extension BuildCache {
    /// Moves entries between the store on this machine and the shared one behind it.
    ///
    /// Only objects that are missing are moved, each proven by its name before it is written; packs go
    /// first, then manifests, and the key record last. An entry with a key is never overwritten; a
    /// keyless one only by one that was saved later. Work that was interrupted goes on where it stopped.
    ///
    /// - Parameters:
    ///   - direction: which way.
    ///   - selection: which entries.
    ///   - dryRun: whether to tell only what would be moved.
    /// - Returns: what was moved.
    /// - Throws: `CacheError` when there are no two stores, or one cannot be read or written.
    public func transfer(
        _ direction: TransferDirection,
        _ selection: TransferSelection = TransferSelection(),
        dryRun: Bool = false
    ) async throws -> TransferReport {
        guard let tiers = settings.store as? TieredStore else {
            throw CacheError(.request, "there is no shared store; name one with --remote")
        }
        let isPush = direction == .push
        if isPush, !dryRun { try requireWritable() }
        let transfer = Transfer(
            source: isPush ? tiers.near : tiers.far,
            // The far store is not locked by those who use it, even if it is a directory.
            target: isPush ? tiers.far : tiers.near,
            isLocked: !isPush,
            selection: selection,
            dryRun: dryRun
        )
        return try await onBlockingThreads {
            let directory = (transfer.source.underlying as? any LocalCacheStore)?.directory
            let isMissing =
                directory.map { (try? DirectoryHandle.open(PathBytes($0.string))) == nil } ?? false
            var report = try await transfer.run(direction)
            report.source = transfer.source.location
            report.isSourceMissing = isMissing
            return report
        }
    }
}
