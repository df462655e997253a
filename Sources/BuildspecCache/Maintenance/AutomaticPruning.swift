internal import BuildspecFiles
internal import SystemPackage

/// How large and how old a local store may become.
public struct StoreLimits: Sendable, Equatable {
    /// Entries not used for longer than this many seconds go; `nil` keeps them.
    public var maximumAge: Int64?
    /// The least recently used entries go until the store holds at most this; `nil` is no limit.
    public var maximumSize: UInt64?

    /// What counts when nobody says anything: 30 days and 10 GB.
    public static let standard = StoreLimits(
        maximumAge: 30 * 86_400,
        maximumSize: 10_000_000_000
    )

    /// Creates limits.
    public init(maximumAge: Int64?, maximumSize: UInt64?) {
        self.maximumAge = maximumAge
        self.maximumSize = maximumSize
    }
}

/// Keeps a local store within its limits, without a look at the whole store after every save.
///
/// A small file beside the objects has an estimate of the store's size and when it was last looked
/// through. That is done once a day, and when the estimate passes the limit.
struct AutomaticPruning {
    let store: any LocalCacheStore
    let limits: StoreLimits

    /// What is known of the store between two looks.
    private struct Memo {
        var checked: Int64
        var size: UInt64
    }

    /// The name of the small file.
    static let name = "upkeep"
    private static let head = "buildspec-upkeep 1"
    private static let interval: Int64 = 86_400

    /// Looks after the store.
    ///
    /// - Parameters:
    ///   - added: the bytes that a save has just added.
    ///   - record: the record that it wrote, which stays even if its entry alone is over the limit.
    /// - Returns: what was removed; `nil` when there was no need to look.
    /// - Throws: when the store cannot be read or written.
    func run(afterAdding added: UInt64, record: String) async throws -> PruneReport? {
        guard limits.maximumAge != nil || limits.maximumSize != nil else { return nil }
        let directory = PathBytes(store.directory.string)
        // Who finds it taken leaves the work to the other.
        guard
            let lock = FileLock.take(
                directory.appending("upkeep.lock".utf8),
                .exclusive,
                waits: false,
                access: store.access
            )
        else { return nil }
        defer { withExtendedLifetime(lock) {} }
        let file = directory.appending(AutomaticPruning.name.utf8)
        guard try AutomaticPruning.isFree(directory, in: DirectoryHandle.open(directory)) else {
            throw StoreError(.notAStore, "'\(file.text)' is somebody's file; move it elsewhere")
        }
        let now = FileTime.now().seconds
        var limit = limits.maximumSize
        if var memo = read(file) {
            memo.size = memo.size.plus(added)
            let isOver = memo.size > limit ?? .max
            let isRecent = (0..<AutomaticPruning.interval).contains(now.minus(memo.checked))
            if isRecent, !isOver {
                if added > 0 { try write(memo, to: file) }
                return nil
            }
            // Some room, so that the next save does not pass the limit at once.
            if isOver { limit = limit.map { $0 - $0 / 10 } }
        }
        let prune = PruneLimits(maximumAge: limits.maximumAge, maximumSize: limit)
        if let size = try await sizeIfAllStays(prune, now) {
            _ = try store.removeLeftovers(dryRun: false)
            try write(Memo(checked: now, size: size), to: file)
            return nil
        }
        let report = try await PruneOperation(
            store: store,
            limits: prune,
            dryRun: false,
            kept: record
        ).run()
        // What is over the limit and must stay is no reason to look again at the next save.
        let known = min(report.keptBytes, limits.maximumSize ?? .max)
        try write(Memo(checked: now, size: known), to: file)
        return report
    }

    /// The size of a store that is so small and young that nothing can be removed from it, as after
    /// the first save; `nil` when only a look at what every entry refers to can tell.
    private func sizeIfAllStays(_ limits: PruneLimits, _ now: Int64) async throws -> UInt64? {
        let grace = PruneLimits.localGracePeriod
        let oldest = now.minus(min(grace, limits.maximumAge ?? .max))
        var size: UInt64 = 0
        for info in try await store.listObjects(prefix: StoreLayout.top) {
            size = size.plus(info.size)
            guard info.modified > oldest, size <= limits.maximumSize ?? .max else { return nil }
        }
        return size
    }

    /// Whether nothing but a file of this program has the name; one that a power cut has torn is that.
    static func isFree(
        _ directory: PathBytes,
        in handle: DirectoryHandle
    ) throws(FileError) -> Bool {
        guard let status = try handle.status(name.utf8) else { return true }
        guard status.kind == .regular, status.size <= 256 else { return false }
        let path = directory.appending(name.utf8)
        let bytes = try AtomicFile.read(path, limit: 256, followsLink: false) ?? []
        return bytes.starts(with: "buildspec-upkeep ".utf8) || bytes.allSatisfy { $0 == 0 }
            || head.utf8.starts(with: bytes)
    }

    private func read(_ file: PathBytes) -> Memo? {
        guard let bytes = (try? AtomicFile.read(file, limit: 256)) ?? nil else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 3, lines[0] == AutomaticPruning.head, let checked = Int64(lines[1]),
            let size = UInt64(lines[2]), size < 1 << 60
        else { return nil }
        return Memo(checked: checked, size: size)
    }

    private func write(_ memo: Memo, to file: PathBytes) throws(FileError) {
        let text = "\(AutomaticPruning.head)\n\(memo.checked)\n\(memo.size)\n"
        try AtomicFile.write(Array(text.utf8), to: file, access: store.access)
    }
}

extension BuildCache {
    /// Keeps the local store within its limits after a save; that it cannot be done is a note.
    func enforceLimits(_ report: SaveReport, record: String) async -> SaveReport {
        guard let limits, let store = settings.localStore, report.outcome == .saved else {
            return report
        }
        var report = report
        do {
            let upkeep = AutomaticPruning(store: store, limits: limits)
            let pruned = try await upkeep.run(afterAdding: report.bytesStored, record: record)
            report.entriesRemoved = pruned?.removedEntries.count ?? 0
            report.bytesRemoved = pruned?.removedBytes ?? 0
        } catch _ where Task.isCancelled {
            // The next save looks after it.
        } catch {
            report.notes.append("the store cannot be kept within its limits: \(error)")
        }
        return report
    }
}
