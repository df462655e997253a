internal import BuildspecFiles

/// Decides which time every source file gets; touches nothing.
///
/// The tree is to look as if it had stayed on the machine that saved the entry and been edited
/// there. So a file with the content of then gets the time of then, and a file with another content
/// must look newer than everything that the entry holds. Making a file older is the one thing that
/// could hide a change from a build tool, so it is not done where anything else on the disk may have
/// been made from another content of that file.
struct RetimePlan {
    /// A source file as it is.
    struct Source {
        var path: PathBytes
        var modified: FileTime
        var linkCount: UInt64 = 1
        var state: State
    }

    /// What the record says of a source file.
    enum State {
        /// It has the content of then, and had this time.
        case same(then: FileTime)
        /// It has another content, or was not there.
        case changed(then: FileTime?)
    }

    /// A file on the disk that is neither a source nor of the entry.
    struct Output {
        var path: PathBytes
        var modified: FileTime
    }

    /// Whether files may be made older.
    enum Ageing {
        case allowed
        /// Not at all; the reason continues a sentence.
        case refused(because: String)
    }

    /// The new times by the files' places; other files keep theirs.
    private(set) var times: [Int: FileTime] = [:]
    private(set) var report = RetimeReport()
    private(set) var notes: [String] = []

    private let sources: [Source]
    private let saved: FileTime

    /// Works it out, but for making files older, which `giveBack` does.
    ///
    /// - Parameters:
    ///   - sources: the files.
    ///   - saved: a time that nothing of the entry is newer than.
    ///   - now: the time now.
    ///   - keepsOrder: whether all that is newer than a file that looks too old is renewed with it,
    ///     because some of the files may be made from others.
    init(_ sources: [Source], saved: FileTime, now: FileTime, keepsOrder: Bool) {
        self.sources = sources
        self.saved = saved
        for (place, source) in sources.enumerated() {
            switch source.state {
            case .same(let then):
                report.unchanged += 1
                if then > source.modified, source.linkCount == 1 { times[place] = then }
            case .changed: report.changed += 1
            }
        }
        renew(now, keepsOrder: keepsOrder)
    }

    /// The files that would have to be made older to have the times of then.
    var tooNew: [Int] {
        sources.indices.filter { place in
            guard times[place] == nil, case .same(let then) = sources[place].state else {
                return false
            }
            return then < sources[place].modified
        }
    }

    /// Makes files older, as far as nothing else may have been made from another content of theirs.
    ///
    /// An output that is older than the time of then is older than the file in any case, and one
    /// that is newer than the file was made when its content was what it is now.
    mutating func giveBack(_ places: [Int], _ ageing: Ageing, outputs: [Output]) {
        let outputs = outputs.sorted { $0.modified < $1.modified }
        var kept: [String: Int] = [:]
        for place in places {
            guard case .same(let then) = sources[place].state else { continue }
            if case .refused(let reason) = ageing {
                kept[reason, default: 0] += 1
            } else if sources[place].linkCount > 1 {
                kept["they have several names", default: 0] += 1
            } else if let output = outputs.first(from: then, to: sources[place].modified) {
                let reason =
                    "'\(output.path.text)' may be made from what they were meanwhile; cache it too"
                kept[reason, default: 0] += 1
            } else {
                times[place] = then
            }
        }
        report.kept += kept.values.reduce(0, +)
        // A few lines say it; each output might be a reason of its own.
        for (reason, count) in kept.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(
            3
        ) {
            let files =
                count == 1
                ? "1 unchanged source file looks" : "\(count) unchanged source files look"
            notes.append("\(files) new: \(reason)")
        }
    }

    // MARK: Files that look too old

    private mutating func renew(_ now: FileTime, keepsOrder: Bool) {
        var newest = saved
        var old = sources.indices.filter { place in
            guard case .changed(let then) = sources[place].state else { return false }
            let limit = max(saved, then ?? saved)
            guard sources[place].modified <= limit else { return false }
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
        // In the order they had, because one may be made from another.
        old.sort { sources[$0].modified < sources[$1].modified }
        var last: FileTime?
        var time = start
        for place in old {
            if let last, last < sources[place].modified { time = time.advanced(by: 1_000) }
            last = sources[place].modified
            times[place] = time
        }
    }

    /// The time now, or a moment after the entry was saved by a clock that is ahead of this one.
    private mutating func start(after newest: FileTime, _ now: FileTime) -> FileTime {
        if newest < now { return now }
        let bound = FileTime(seconds: now.seconds + 86_400, nanoseconds: now.nanoseconds)
        if newest > bound {
            notes.append(
                "the cache has files from the future; build tools may take them for up to date"
            )
        }
        return min(newest, bound).advanced(by: 1_000_000_000)
    }
}

extension [RetimePlan.Output] {
    /// The first output from one time to another, of outputs in order of time.
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
