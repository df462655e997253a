internal import BuildspecFiles
internal import SystemPackage

/// The largest size and age of a local store.
public struct StoreLimits: Sendable, Equatable {
    /// Entries that were not used for longer than this many seconds are deleted; `nil` keeps them.
    public var maximumAge: Int64?
    /// The least recently used entries are deleted until the store has at most this size; `nil` is
    /// no limit.
    public var maximumSize: UInt64?

    /// The default: 30 days and 10 GB.
    public static let standard = StoreLimits(maximumAge: 30 * 86_400, maximumSize: 10_000_000_000)

    /// Creates limits.
    public init(maximumAge: Int64?, maximumSize: UInt64?) {
        self.maximumAge = maximumAge
        self.maximumSize = maximumSize
    }
}

/// A prune that keeps a local store within its limits, without a listing after every save.
///
/// A small file next to the objects has an estimate of the store's size and the time of the last
/// check. The store is checked once a day, and when the estimate exceeds the limit.
struct AutomaticPruning {
    let store: any LocalCacheStore
    let limits: StoreLimits

    /// The estimate between two checks of the store.
    private struct Estimate {
        /// The time of the last check, in seconds since 1970.
        var checkTime: Int64
        var size: UInt64
    }

    /// The name of the file with the estimate.
    static let name = "upkeep"
    private static let header = "buildspec-upkeep 1"
    /// The seconds from one check to the next.
    private static let interval: Int64 = 86_400

    /// Checks the store if necessary, and prunes it after a save that has added some bytes.
    ///
    /// The record that the save wrote stays, even if its entry alone exceeds the limit.
    func run(afterAdding added: UInt64, record: String) async throws -> PruneReport? {
        guard limits.maximumAge != nil || limits.maximumSize != nil else { return nil }
        let directory = PathBytes(store.directory.string)
        // If another process holds the lock, that process does the work.
        guard
            let lock = FileLock.acquire(
                directory.appending("upkeep.lock".utf8),
                .exclusive,
                waits: false,
                access: store.access
            )
        else { return nil }
        defer { withExtendedLifetime(lock) {} }
        let file = directory.appending(AutomaticPruning.name.utf8)
        guard
            try AutomaticPruning.canWriteState(directory, in: DirectoryHandle.open(directory))
        else {
            throw StoreError(
                .notAStore,
                "'\(file.text)' was not written by buildspec; move it elsewhere"
            )
        }
        let now = FileTime.now().seconds
        var limit = limits.maximumSize
        if var estimate = read(file) {
            estimate.size = estimate.size.addingClamped(added)
            let isOver = estimate.size > limit ?? .max
            let age = now.subtractingClamped(estimate.checkTime)
            let isRecent = (0..<AutomaticPruning.interval).contains(age)
            if isRecent, !isOver {
                if added > 0 { try write(estimate, to: file) }
                return nil
            }
            // Frees a tenth of the limit, so that the next save does not exceed the limit at once.
            if isOver { limit = limit.map { $0 - $0 / 10 } }
        }
        let prune = PruneLimits(maximumAge: limits.maximumAge, maximumSize: limit)
        if let size = try await sizeIfNothingToDelete(prune, now) {
            _ = try store.removeLeftovers(dryRun: false)
            try write(Estimate(checkTime: now, size: size), to: file)
            return nil
        }
        let report = try await PruneOperation(
            stores: CacheStores(local: store),
            limits: prune,
            dryRun: false,
            keptRecord: record
        ).run()
        // An entry that must stay although it exceeds the limit must not cause a check after every
        // save.
        let size = min(report.keptBytes, limits.maximumSize ?? .max)
        try write(Estimate(checkTime: now, size: size), to: file)
        return report
    }

    /// Returns the size of a store that is too small and too recently used for a prune to delete
    /// anything, as after its first saves; otherwise `nil`.
    private func sizeIfNothingToDelete(
        _ limits: PruneLimits,
        _ now: Int64
    ) async throws -> UInt64? {
        let grace = PruneLimits.localGracePeriod
        let oldest = now.subtractingClamped(min(grace, limits.maximumAge ?? .max))
        var size: UInt64 = 0
        for info in try await store.listObjects(prefix: StoreLayout.top) {
            size = size.addingClamped(info.size)
            guard info.modified > oldest, size <= limits.maximumSize ?? .max else { return nil }
        }
        return size
    }

    /// Returns whether the estimate's file is missing or of this program, even if it is truncated.
    static func canWriteState(
        _ directory: PathBytes,
        in handle: DirectoryHandle
    ) throws(FileError) -> Bool {
        guard let status = try handle.status(name.utf8) else { return true }
        guard status.kind == .regular, status.size <= 256 else { return false }
        let path = directory.appending(name.utf8)
        let bytes = try AtomicFile.read(path, limit: 256, followsLink: false) ?? []
        return bytes.starts(with: "buildspec-upkeep ".utf8) || bytes.allSatisfy { $0 == 0 }
            || header.utf8.starts(with: bytes)
    }

    private func read(_ file: PathBytes) -> Estimate? {
        guard let bytes = (try? AtomicFile.read(file, limit: 256)) ?? nil else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 3, lines[0] == AutomaticPruning.header,
            let checkTime = Int64(lines[1]), let size = UInt64(lines[2]), size < 1 << 60
        else { return nil }
        return Estimate(checkTime: checkTime, size: size)
    }

    private func write(_ estimate: Estimate, to file: PathBytes) throws(FileError) {
        let text = "\(AutomaticPruning.header)\n\(estimate.checkTime)\n\(estimate.size)\n"
        try AtomicFile.write(Array(text.utf8), to: file, access: store.access)
    }
}

extension BuildCache {
    /// Keeps the local store within its limits after a save; a failure is a note.
    func enforceLimits(_ report: SaveReport, record: String) async -> SaveReport {
        guard let limits, let store = settings.stores.local, report.outcome == .saved else {
            return report
        }
        var report = report
        do {
            let pruning = AutomaticPruning(store: store, limits: limits)
            let pruned = try await pruning.run(afterAdding: report.bytesStored, record: record)
            report.entriesRemoved = pruned?.removedEntries.count ?? 0
            report.bytesRemoved = pruned?.removedBytes ?? 0
        } catch _ where Task.isCancelled {
            // The next save checks the limits again.
        } catch {
            report.notes.append("cannot keep the store within its limits: \(error)")
        }
        return report
    }
}
