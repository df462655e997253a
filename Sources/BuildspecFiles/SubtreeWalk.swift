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
/// Every directory is listed and its names looked at by one worker; workers take directories from a
/// common stack. The listings are put together in path order at the end.
final class SubtreeWalk: Sendable {
    /// A directory to list.
    struct Job: Sendable {
        var number: Int
        var parent: DirectoryHandle
        var name: [UInt8]
        var path: PathBytes
    }

    /// What a directory holds.
    struct Listing: Sendable {
        var entries: [WalkedEntry] = []
        /// The numbers of the subdirectories' listings, by their place in `entries`.
        var subdirectories: [Int: Int] = [:]
        var notes: [String] = []
        /// Temporary names, perhaps of processes that are gone.
        var temporaries: [PathBytes] = []
    }

    private struct State: Sendable {
        var stack: [Job] = []
        var active = 0
        var count = 0
        var listings: [Int: Listing] = [:]
    }

    private let state = Mutex(State())
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
            state.count += 1
            state.stack.append(
                Job(number: state.count, parent: parent, name: name, path: path)
            )
            return state.count
        }
    }

    /// Lists directories until none is left; may run on several threads at once.
    func work() {
        while true {
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
        var directories: [(place: Int, handle: DirectoryHandle, name: [UInt8], path: PathBytes)] =
            []
    }

    private func finish(_ job: Job, _ result: Result) {
        state.withLock { state in
            var listing = result.listing
            for directory in result.directories.reversed() {
                state.count += 1
                listing.subdirectories[directory.place] = state.count
                state.stack.append(
                    Job(
                        number: state.count,
                        parent: directory.handle,
                        name: directory.name,
                        path: directory.path
                    )
                )
            }
            state.listings[job.number] = listing
            state.active -= 1
        }
    }

    private func list(_ job: Job) -> Result {
        var result = Result()
        do throws(FileError) {
            let directory = try job.parent.directory(job.name)
            for name in try directory.names() {
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
            result.directories.append((result.listing.entries.count, directory, name, path))
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
        if error.code != .notFound { notes.append("\(error); it was left out") }
    }
}
