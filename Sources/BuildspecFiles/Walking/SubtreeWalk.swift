internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A walk through everything below some directories, on any number of threads.
///
/// One worker lists a directory. That worker, or several if there are many names, reads the status of
/// the names. Workers pop jobs from a common stack; the listings are merged in path order at the end.
final class SubtreeWalk: Sendable {
    /// A directory to list, or a part of one.
    struct Job: Sendable {
        /// The number of the job's listing, which is set when the job is pushed.
        var number = 0
        /// The parent directory; for a part, the directory itself.
        var parent: DirectoryHandle
        var name: [UInt8]
        var path: PathBytes
        /// The names of the part; `nil` for a directory that is not listed yet.
        var names: ArraySlice<[UInt8]>?
    }

    /// The contents of a directory, or of a part of one.
    struct Listing: Sendable {
        var entries: [WalkedEntry] = []
        /// The indices of subdirectories in `entries`, in order, and the numbers of their listings.
        var subdirectories: [(index: Int, number: Int)] = []
        /// The numbers of the listings of the directory's other parts, in order.
        var parts: [Int] = []
        var notes: [String] = []
        /// The number of notes about files that could not be read.
        var unreadable = 0
        /// Temporary names, perhaps of processes that have ended.
        var temporaries: [PathBytes] = []
    }

    private struct State: Sendable {
        var stack: [Job] = []
        var active = 0
        var count = 0
        var listings: [Int: Listing] = [:]

        mutating func push(_ job: Job) -> Int {
            count += 1
            stack.append(job)
            stack[stack.count - 1].number = count
            return count
        }
    }

    private let state = Mutex(State())
    /// The number of names of a directory that one worker handles.
    private static let partSize = 256
    /// PATH_MAX without the `./` that precedes a relative path in a manifest.
    private static let longestPath = 4_094
    private let excluded: Set<FileStatus.Identity>

    init(excluding excluded: Set<FileStatus.Identity>) {
        self.excluded = excluded
    }

    /// Adds a directory to walk, and returns the number of its listing.
    func add(_ name: [UInt8], in parent: DirectoryHandle, _ path: PathBytes) -> Int {
        state.withLock { state in
            state.push(Job(parent: parent, name: name, path: path))
        }
    }

    /// Lists directories until none is left; several threads can call this at the same time.
    func work(unless shouldStop: () -> Bool = { false }) {
        while !shouldStop() {
            let (job, isDone) = state.withLock { state -> (Job?, Bool) in
                guard let job = state.stack.popLast() else { return (nil, state.active == 0) }
                state.active += 1
                return (job, false)
            }
            if isDone { return }
            guard let job else {
                // Another worker may still find more directories.
                usleep(50)
                continue
            }
            finish(job, list(job))
        }
    }

    /// Returns all listings by their number.
    func listings() -> [Int: Listing] {
        state.withLock { $0.listings }
    }

    private struct Result {
        var listing = Listing()
        /// The subdirectories, with their indices in the listing.
        var directories: [(index: Int, job: Job)] = []
        /// The parts of the directory that other workers handle.
        var parts: [Job] = []
    }

    private func finish(_ job: Job, _ result: Result) {
        state.withLock { state in
            var listing = result.listing
            for directory in result.directories.reversed() {
                listing.subdirectories.append((directory.index, state.push(directory.job)))
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
                    try inspect(name, in: directory, path, &result)
                } catch {
                    result.listing.note(error)
                }
            }
        } catch {
            result.listing.note(error)
        }
        return result
    }

    /// Returns the names that this job handles; more than `partSize` names become further jobs.
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
            // The part keeps the open directory, because its path may lead elsewhere later.
            part.parent = directory
            part.names = names[start..<min(start + size, names.count)]
            result.parts.append(part)
        }
        return names.prefix(size)
    }

    /// Adds a file to the result; a subdirectory also becomes a job.
    private func inspect(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ path: PathBytes,
        _ result: inout Result
    ) throws(FileError) {
        guard let status = try directory.status(name) else { return }
        // System calls and readers of manifests refuse such a path.
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
            result.listing.notes.append(TreeWalk.specialFileNote(path))
            return
        }
        result.listing.entries.append(entry)
    }
}

extension SubtreeWalk.Listing {
    /// Adds an error as a note, because an unreadable file must not end the walk.
    fileprivate mutating func note(_ error: FileError) {
        guard error.code != .notFound else { return }
        notes.append("\(error); it was left out")
        unreadable += 1
    }
}
