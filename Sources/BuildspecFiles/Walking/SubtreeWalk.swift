internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Looks at everything below some directories, on as many threads as are wanted.
///
/// Every directory is listed by one worker, and its names looked at by that one, or by several where
/// there are many; workers take directories and names from a common stack. The listings are put
/// together in path order at the end.
final class SubtreeWalk: Sendable {
    /// A directory to list, or a part of one.
    struct Job: Sendable {
        /// The number of its listing, which it gets when it is pushed.
        var number = 0
        /// The directory above; of a part, the directory itself.
        var parent: DirectoryHandle
        var name: [UInt8]
        var path: PathBytes
        /// The names in it to look at; `nil` when it is not listed yet.
        var names: ArraySlice<[UInt8]>?
    }

    /// What a directory, or a part of one, holds.
    struct Listing: Sendable {
        var entries: [WalkedEntry] = []
        /// The places of subdirectories in `entries`, in order, and the numbers of their listings.
        var subdirectories: [(place: Int, number: Int)] = []
        /// The numbers of the listings of the directory's other parts, in order.
        var parts: [Int] = []
        var notes: [String] = []
        /// How many of the notes are of what could not be looked at.
        var unreadable = 0
        /// Temporary names, perhaps of processes that are gone.
        var temporaries: [PathBytes] = []
    }

    private struct State: Sendable {
        var stack: [Job] = []
        var active = 0
        var count = 0
        var listings: [Int: Listing] = [:]

        /// Adds a job and gives it a number.
        mutating func push(_ job: Job) -> Int {
            count += 1
            stack.append(job)
            stack[stack.count - 1].number = count
            return count
        }
    }

    private let state = Mutex(State())
    /// Of so many names of a directory one worker looks at all.
    private static let partSize = 256
    /// PATH_MAX, but for the `./` in front of a relative path in a manifest.
    private static let longestPath = 4_094
    private let excluded: Set<FileStatus.Identity>

    init(excluding excluded: Set<FileStatus.Identity>) {
        self.excluded = excluded
    }

    /// Adds a directory to start with.
    ///
    /// - Returns: the number of its listing.
    func add(_ name: [UInt8], in parent: DirectoryHandle, _ path: PathBytes) -> Int {
        state.withLock { state in
            state.push(Job(parent: parent, name: name, path: path))
        }
    }

    /// Lists directories until none is left; may run on several threads at once.
    ///
    /// - Parameter isOver: whether to end early; asked before each directory.
    func work(unless isOver: () -> Bool = { false }) {
        while !isOver() {
            let (job, isDone) = state.withLock { state -> (Job?, Bool) in
                guard let job = state.stack.popLast() else { return (nil, state.active == 0) }
                state.active += 1
                return (job, false)
            }
            if isDone { return }
            guard let job else {
                // Another worker is about to find more.
                usleep(50)
                continue
            }
            finish(job, list(job))
        }
    }

    /// All listings by number.
    func listings() -> [Int: Listing] {
        state.withLock { $0.listings }
    }

    private struct Result {
        var listing = Listing()
        /// The directories in it, by their places in the listing.
        var directories: [(place: Int, job: Job)] = []
        /// What of it is left to others.
        var parts: [Job] = []
    }

    private func finish(_ job: Job, _ result: Result) {
        state.withLock { state in
            var listing = result.listing
            for directory in result.directories.reversed() {
                listing.subdirectories.append((directory.place, state.push(directory.job)))
            }
            listing.subdirectories.reverse()
            listing.parts = result.parts.map { state.push($0) }
            state.listings[job.number] = listing
            state.active -= 1
        }
    }

    private func list(_ job: Job) -> Result {
        var result = Result()
        do throws(FileError) {
            let isPart = job.names != nil
            let directory = isPart ? job.parent : try job.parent.directory(job.name)
            for name in try names(of: job, in: directory, &result) {
                let path = job.path.appending(name)
                if TemporaryName.matches(name) {
                    result.listing.temporaries.append(path)
                    continue
                }
                do throws(FileError) {
                    try look(at: name, in: directory, path, &result)
                } catch {
                    result.listing.note(error)
                }
            }
        } catch {
            result.listing.note(error)
        }
        return result
    }

    /// The names to look at now; of a directory that has many, the rest is left to others.
    private func names(
        of job: Job,
        in directory: DirectoryHandle,
        _ result: inout Result
    ) throws(FileError) -> ArraySlice<[UInt8]> {
        if let names = job.names { return names }
        let names = try directory.names()
        let size = SubtreeWalk.partSize
        for start in stride(from: size, to: names.count, by: size) {
            var part = job
            // Not opened again: by then another one, or none, may have its name.
            part.parent = directory
            part.names = names[start..<min(start + size, names.count)]
            result.parts.append(part)
        }
        return names.prefix(size)
    }

    private func look(
        at name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ result: inout Result
    ) throws(FileError) {
        guard let status = try directory.status(name) else { return }
        // No system call would take it, and no reader of a manifest does.
        guard path.bytes.count < SubtreeWalk.longestPath else {
            result.listing.notes.append(
                "a path of \(path.bytes.count) bytes was left out; it begins with"
                    + " '\(PathBytes(Array(path.bytes.prefix(60))).text)'"
            )
            return
        }
        var entry = WalkedEntry(path: path, status: status)
        switch status.kind {
        case .regular: break
        case .link: entry.linkTarget = try directory.linkTarget(name)
        case .directory:
            if excluded.contains(status.identity) { return }
            let job = Job(parent: directory, name: name, path: path)
            result.directories.append((result.listing.entries.count, job))
        case .special:
            result.listing.notes.append(TreeWalk.special(path))
            return
        }
        result.listing.entries.append(entry)
    }
}

extension SubtreeWalk.Listing {
    /// An error becomes a note, because one unreadable name must not lose the rest.
    fileprivate mutating func note(_ error: FileError) {
        guard error.code != .notFound else { return }
        notes.append("\(error); it was left out")
        unreadable += 1
    }
}
