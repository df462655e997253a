internal import BuildspecFiles
public import SystemPackage

/// What the cache cost and brought in a project's last successful builds on this machine.
public struct CacheHistory: Sendable, Equatable {
    /// The runs, the oldest first.
    public private(set) var runs: [CacheRun]

    /// Creates a history.
    public init(runs: [CacheRun] = []) {
        self.runs = runs
    }

    /// So many runs are kept.
    private static let mostRuns = 200
    /// So many of the last runs decide whether the cache pays.
    private static let considered = 30

    // MARK: File

    /// Reads a project's history.
    ///
    /// - Parameters:
    ///   - project: the project's name.
    ///   - stateDirectory: the directory of the program's state.
    /// - Returns: the history; empty when there is none.
    public static func read(of project: String, in stateDirectory: FilePath) -> CacheHistory {
        let bytes = (try? AtomicFile.read(file(project, stateDirectory), limit: 1 << 20)) ?? nil
        let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
        return CacheHistory(runs: lines.suffix(mostRuns).compactMap(CacheRun.init))
    }

    /// Adds a run to a project's history; builds that end at the same time are all kept.
    ///
    /// - Returns: the history with it; what cannot be written is only lost for later.
    static func add(
        _ run: CacheRun,
        of project: String,
        in stateDirectory: FilePath
    ) -> CacheHistory {
        let file = file(project, stateDirectory)
        _ = try? AtomicFile.openMaking(PathBytes(Array(file.split.directory)), access: .owner)
        let lock = FileLock.take(PathBytes(file.bytes + Array(".lock".utf8)), .exclusive)
        defer { withExtendedLifetime(lock) {} }
        var history = read(of: project, in: stateDirectory)
        history.runs = (history.runs + [run]).suffix(mostRuns)
        let text = history.runs.map { $0.line + "\n" }.joined()
        try? AtomicFile.write(Array(text.utf8), to: file)
        return history
    }

    private static func file(_ project: String, _ stateDirectory: FilePath) -> PathBytes {
        let directory = stateDirectory.appending("projects")
            .appending(BuildCounter.fileName(project))
        return PathBytes(directory.appending("cache-runs").string)
    }
}

// MARK: Sums

extension CacheHistory {
    /// Runs in which something was restored.
    public var hits: Int { runs.count { $0.outcome != .miss } }

    /// Milliseconds spent on restoring and saving.
    public var spent: Int { runs.reduce(0) { $0 + $1.restoring + $1.saving } }

    /// Milliseconds by which the phases of builds with a hit were shorter than those without.
    ///
    /// `nil` before there is a build of both kinds. What a build without a cache takes is the median of
    /// the builds with a miss.
    public var saved: Int? {
        let hits = runs.filter { $0.outcome != .miss }
        guard let without = CacheHistory.median(runs.filter { $0.outcome == .miss }.map(\.phases)),
            !hits.isEmpty
        else { return nil }
        return hits.reduce(0) { $0 + without - $1.phases }
    }

    /// Why the cache does not pay, in one line; `nil` when it does, or when it is too early to say.
    public var complaint: String? {
        let last = Array(runs.suffix(CacheHistory.considered))
        let hits = last.filter { $0.outcome != .miss }
        let misses = last.filter { $0.outcome == .miss }
        if hits.isEmpty {
            let cost = misses.reduce(0) { $0 + $1.restoring + $1.saving }
            guard misses.count >= 5, cost > 2_000 else { return nil }
            return "does not pay: saved in the last \(misses.count) builds and never restored; "
                + "'buildspec cache explain' says why"
        }
        guard hits.count >= 3, let with = CacheHistory.median(hits.map(\.phases)),
            let without = CacheHistory.median(misses.map(\.phases)),
            let cost = CacheHistory.median(hits.map { $0.restoring + $0.saving }),
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
    /// The time as people read it: `1.5 s`.
    var inTenths: String {
        let tenths =
            Int(clamping: components.seconds) &* 10
            + Int((components.attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000)
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
