internal import BuildspecFiles
public import SystemPackage

/// The cost and the results of the cache in a project's last successful builds on this machine.
public struct CacheHistory: Sendable, Equatable {
    /// The runs, the oldest first.
    public private(set) var runs: [CacheRun]

    /// Creates a history of `runs`.
    public init(runs: [CacheRun] = []) {
        self.runs = runs
    }

    private static let fileName = "cache-runs"
    private static let maximumRuns = 200
    /// The number of the last runs that decide whether the cache pays.
    private static let recentRuns = 30

    /// Reads a project's history, which is empty if none was written yet.
    public static func read(of project: String, in stateDirectory: FilePath) -> CacheHistory {
        let file = ProjectDirectory.file(fileName, of: project, in: stateDirectory)
        let bytes = (try? AtomicFile.read(file, limit: 1 << 20)) ?? nil
        let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
        return CacheHistory(runs: lines.suffix(maximumRuns).compactMap(CacheRun.init))
    }

    /// Adds a run to a project's history, and returns the history with the run, also if it cannot be
    /// written; runs of builds that end at the same time are all kept.
    static func add(
        _ run: CacheRun,
        of project: String,
        in stateDirectory: FilePath
    ) -> CacheHistory {
        let file = ProjectDirectory.file(fileName, of: project, in: stateDirectory)
        _ = try? DirectoryHandle.creating(PathBytes(Array(file.split.directory)), access: .owner)
        let lock = FileLock.acquire(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        var history = read(of: project, in: stateDirectory)
        history.runs = (history.runs + [run]).suffix(maximumRuns)
        let text = history.runs.map { $0.line + "\n" }.joined()
        try? AtomicFile.write(Array(text.utf8), to: file)
        return history
    }
}

extension CacheHistory {
    /// The number of runs in which an entry was restored.
    public var hits: Int { runs.count { $0.outcome != .miss } }

    /// The time spent on restores and saves.
    public var spentMilliseconds: Int { runs.reduce(0) { $0 + $1.cacheMilliseconds } }

    /// The time by which the phases of builds with a hit were shorter than those without a hit.
    ///
    /// A build with a hit is compared with the median of the builds with a miss. `nil` until there is a
    /// build of each kind.
    public var savedMilliseconds: Int? {
        let hits = runs.filter { $0.outcome != .miss }
        let misses = runs.filter { $0.outcome == .miss }
        guard let without = CacheHistory.median(misses.map(\.phasesMilliseconds)), !hits.isEmpty
        else { return nil }
        return hits.reduce(0) { $0 + without - $1.phasesMilliseconds }
    }

    /// The reason why the cache does not pay, in one line; `nil` if it pays, or if there are too few
    /// builds to decide.
    public var warning: String? {
        let last = Array(runs.suffix(CacheHistory.recentRuns))
        let hits = last.filter { $0.outcome != .miss }
        let misses = last.filter { $0.outcome == .miss }
        if hits.isEmpty {
            let cost = misses.reduce(0) { $0 + $1.cacheMilliseconds }
            guard misses.count >= 5, cost > 2_000 else { return nil }
            return "does not pay: saved in the last \(misses.count) builds and never restored; "
                + "see 'buildspec cache explain'"
        }
        guard hits.count >= 3, let with = CacheHistory.median(hits.map(\.phasesMilliseconds)),
            let without = CacheHistory.median(misses.map(\.phasesMilliseconds)),
            let cost = CacheHistory.median(hits.map(\.cacheMilliseconds)),
            cost >= 500, cost > without - with
        else { return nil }
        let gain =
            without > with
            ? "makes the phases \(CacheHistory.seconds(without - with)) faster"
            : "does not make the phases faster"
        return "does not pay: a hit costs \(CacheHistory.seconds(cost)) and \(gain) "
            + "(\(hits.count) with and \(misses.count) without); see 'buildspec cache stats'"
    }

    private static func seconds(_ milliseconds: Int) -> String {
        Duration.milliseconds(milliseconds).inTenths
    }

    private static func median(_ numbers: [Int]) -> Int? {
        numbers.isEmpty ? nil : numbers.sorted()[numbers.count / 2]
    }
}

extension Duration {
    /// The duration in seconds with one decimal: `1.5 s`.
    var inTenths: String {
        let tenths =
            Int(clamping: components.seconds) &* 10
            + Int((components.attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000)
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
