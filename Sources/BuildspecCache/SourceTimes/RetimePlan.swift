internal import BuildspecFiles

/// The times that a restore sets for source files; the plan changes no file.
///
/// The tree is to look as if it had stayed on the machine that saved the entry and been edited
/// there. So a file with the recorded content gets the recorded time, and a file with other content
/// must look newer than everything in the entry. Only an older time could hide a change from a
/// build tool, so a file is not made older if anything else on the disk can be made from other
/// content of the file.
struct RetimePlan {
    /// A source file in the tree.
    struct Source {
        var path: PathBytes
        var modified: FileTime
        var linkCount: UInt64 = 1
        var state: State
    }

    /// The state of a source file, compared with the record.
    enum State {
        /// The file has the recorded content; its recorded time.
        case unchanged(recorded: FileTime)
        /// The file has other content, or is not in the record.
        case changed(recorded: FileTime?)
    }

    /// A file on the disk that is neither a source nor in the entry.
    struct Output {
        var path: PathBytes
        var modified: FileTime
    }

    /// Whether files can be made older.
    enum Backdating {
        case allowed
        /// No file can be made older; the reason continues a sentence.
        case refused(because: String)
    }

    /// The new times by the index of the file; other files keep their times.
    private(set) var times: [Int: FileTime] = [:]
    private(set) var report = RetimeReport()
    private(set) var notes: [String] = []

    private let sources: [Source]
    private let saved: FileTime

    /// Plans all times except older ones, which `backdate` adds.
    ///
    /// `saved` is the newest time in the entry, or a later one. With `keepsOrder`, all files newer
    /// than one that looks too old are renewed with it, because some can be made from others.
    init(_ sources: [Source], saved: FileTime, now: FileTime, keepsOrder: Bool) {
        self.sources = sources
        self.saved = saved
        for (index, source) in sources.enumerated() {
            switch source.state {
            case .unchanged(let recorded):
                report.unchanged += 1
                if recorded > source.modified, source.linkCount == 1 { times[index] = recorded }
            case .changed: report.changed += 1
            }
        }
        renew(now, keepsOrder: keepsOrder)
    }

    /// The indices of the files that get their recorded times only if they are made older.
    var tooNew: [Int] {
        sources.indices.filter { index in
            guard times[index] == nil, case .unchanged(let recorded) = sources[index].state else {
                return false
            }
            return recorded < sources[index].modified
        }
    }

    /// Makes files older, if no output can be made from other content of them.
    ///
    /// An output that is older than the recorded time stays older than the file, and an output that
    /// is newer than the file was made from the content that the file has now.
    mutating func backdate(_ indices: [Int], _ backdating: Backdating, outputs: [Output]) {
        let outputs = outputs.sorted { $0.modified < $1.modified }
        var notRestored: [String: Int] = [:]
        for index in indices {
            guard case .unchanged(let recorded) = sources[index].state else { continue }
            if case .refused(let reason) = backdating {
                notRestored[reason, default: 0] += 1
            } else if sources[index].linkCount > 1 {
                notRestored["they have several names", default: 0] += 1
            } else if let output = outputs.first(from: recorded, to: sources[index].modified) {
                let reason =
                    "'\(output.path.text)' may be made from other contents of them; cache it too"
                notRestored[reason, default: 0] += 1
            } else {
                times[index] = recorded
            }
        }
        report.notRestored += notRestored.values.reduce(0, +)
        // Only the most frequent reasons, because each output can be a separate one.
        let reasons = notRestored.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        for (reason, count) in reasons {
            let files =
                count == 1
                ? "1 unchanged source file looks" : "\(count) unchanged source files look"
            notes.append("\(files) new: \(reason)")
        }
    }

    // MARK: Files that look too old

    private mutating func renew(_ now: FileTime, keepsOrder: Bool) {
        var newest = saved
        var old = sources.indices.filter { index in
            guard case .changed(let recorded) = sources[index].state else { return false }
            let limit = max(saved, recorded ?? saved)
            guard sources[index].modified <= limit else { return false }
            newest = max(newest, limit)
            return true
        }
        guard let oldest = old.map({ sources[$0].modified }).min() else { return }
        report.renewed = old.count
        let start = start(after: newest, now)
        if keepsOrder {
            old = sources.indices.filter {
                sources[$0].modified >= oldest && sources[$0].modified < start
            }
        }
        // The files keep their order, because one can be made from another.
        old.sort { sources[$0].modified < sources[$1].modified }
        var last: FileTime?
        var time = start
        for index in old {
            if let last, last < sources[index].modified { time = time.advanced(by: 1_000) }
            last = sources[index].modified
            times[index] = time
        }
    }

    /// The current time, or a moment after `newest`, if the clock of the save was ahead.
    private mutating func start(after newest: FileTime, _ now: FileTime) -> FileTime {
        if newest < now { return now }
        let bound = FileTime(seconds: now.seconds + 86_400, nanoseconds: now.nanoseconds)
        if newest > bound {
            notes.append(
                "the cache has files with times in the future; build tools may treat them as up to date"
            )
        }
        return min(newest, bound).advanced(by: 1_000_000_000)
    }
}

/// The changes of a restore to the times of source files.
public struct RetimeReport: Sendable, Equatable {
    /// The number of files with the content of the save.
    public var unchanged = 0
    /// The number of unchanged files whose times could not be restored, so that they look new.
    public var notRestored = 0
    /// The number of files with other content than at the time of the save, new files included.
    public var changed = 0
    /// The number of changed files that looked older than the cache and got the current time.
    public var renewed = 0

    /// Creates a report without changes.
    public init() {}
}

extension [RetimePlan.Output] {
    /// Finds the first output from one time to another; outputs are sorted by time.
    fileprivate func first(from start: FileTime, to end: FileTime) -> RetimePlan.Output? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].modified < start { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].modified <= end ? self[low] : nil
    }
}

extension FileTime {
    fileprivate func advanced(by nanoseconds: Int64) -> FileTime {
        let sum = Int64(self.nanoseconds) + nanoseconds
        return FileTime(
            seconds: seconds + sum / 1_000_000_000,
            nanoseconds: Int32(sum % 1_000_000_000)
        )
    }
}
