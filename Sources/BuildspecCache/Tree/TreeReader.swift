internal import BuildspecFiles

/// The two directories that entry paths start from.
struct TreeRoots: Sendable {
    /// Where relative paths start.
    var root: DirectoryHandle
    /// Where absolute paths start: `/`, or a directory that stands for it.
    var top: DirectoryHandle

    init(root: PathBytes, top: PathBytes = PathBytes("/")) throws(FileError) {
        self.root = try DirectoryHandle.open(root)
        self.top = try DirectoryHandle.open(top)
    }
}

/// Reaches the directories of entry paths, relative and absolute, never through a link.
struct TreeCursor {
    private var relative: DirectoryCursor
    private var absolute: DirectoryCursor
    /// The directories of the last paths, which most often are the next one's too.
    ///
    /// Files of the same content are written one after the other, so with two copies of a tree it
    /// is two in turns.
    private var recent: [(path: PathBytes, directory: DirectoryHandle)] = []
    /// The place in `recent` that is given up next, and the one that was right last.
    private var oldest = 0
    private var latest = 0

    private static let recentCount = 8

    init(_ roots: TreeRoots) {
        relative = DirectoryCursor(root: roots.root)
        absolute = DirectoryCursor(root: roots.top)
    }

    /// The directory that holds an entry, and the entry's name in it.
    ///
    /// - Parameters:
    ///   - path: the entry's path.
    ///   - making: whether directories that are missing are made.
    /// - Returns: both.
    /// - Throws: when the directory cannot be reached.
    mutating func parent(
        of path: PathBytes,
        making: Bool = false
    ) throws(FileError) -> (directory: DirectoryHandle, name: ArraySlice<UInt8>) {
        let split = path.split
        if split.name.isEmpty { throw FileError("use the path", path.text, number: 22) }
        return (try directory(split.directory, making: making), split.name)
    }

    /// A directory by the path that its entries have before their names.
    ///
    /// - Parameters:
    ///   - path: its path; empty for the root that relative paths start at.
    ///   - making: whether directories that are missing are made.
    /// - Returns: it.
    /// - Throws: when it cannot be reached.
    mutating func directory(
        _ path: ArraySlice<UInt8>,
        making: Bool = false
    ) throws(FileError) -> DirectoryHandle {
        if latest < recent.count, recent[latest].path.bytes[...] == path {
            return recent[latest].directory
        }
        for place in recent.indices where recent[place].path.bytes[...] == path {
            latest = place
            return recent[place].directory
        }
        let names = path.split(separator: slash)[...]
        let directory =
            path.first == slash
            ? try absolute.directory(names, making: making)
            : try relative.directory(names, making: making)
        remember(PathBytes(Array(path)), directory)
        return directory
    }

    private mutating func remember(_ path: PathBytes, _ directory: DirectoryHandle) {
        latest = oldest
        if recent.count < TreeCursor.recentCount {
            recent.append((path, directory))
        } else {
            recent[oldest] = (path, directory)
        }
        oldest = (oldest + 1) % TreeCursor.recentCount
    }

    /// Forgets open directories.
    mutating func reset() {
        recent.removeAll()
        (oldest, latest) = (0, 0)
        relative.reset()
        absolute.reset()
    }
}

extension TreeRoots {
    /// Does something with every item, on several threads if there are many.
    ///
    /// - Parameters:
    ///   - items: what to do it with; neighbours best lie in the same directory.
    ///   - width: how many threads take part.
    ///   - mustEnd: whether it goes on in a cancelled task, as what must not be left half done.
    ///   - body: does it; the cursor is its thread's own.
    /// - Returns: what `body` said, in the order of the items.
    /// - Throws: what `body` throws, or `CancellationError`.
    @discardableResult
    func forEach<Item: Sendable>(
        _ items: [Item],
        _ width: Int,
        mustEnd: Bool = false,
        _ body: @escaping @Sendable (Item, inout TreeCursor) throws -> String?
    ) async throws -> [String] {
        let size = max(32, (items.count + width - 1) / width)
        return try await withThrowingTaskGroup(of: (Int, [String]).self) { tasks in
            for start in stride(from: 0, to: items.count, by: size) {
                let part = items[start..<min(start + size, items.count)]
                tasks.addTask {
                    var cursor = TreeCursor(self)
                    let said = try part.compactMap { item in
                        if !mustEnd { try Task.checkCancellation() }
                        return try body(item, &cursor)
                    }
                    return (start, said)
                }
            }
            var notes: [Int: [String]] = [:]
            for try await (start, said) in tasks { notes[start] = said }
            return notes.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}

/// Reads the files of a walked tree, each as it was at one moment.
struct TreeReader {
    private var cursor: TreeCursor

    init(_ roots: TreeRoots) {
        cursor = TreeCursor(roots)
    }

    /// Opens an entry's file.
    mutating func open(_ entry: WalkedEntry) throws(FileError) -> OpenFile {
        let (directory, name) = try cursor.parent(of: entry.path)
        return try OpenFile.reading(name, in: directory)
    }

    /// Appends a file's content to `buffer`, behind what `head` puts there.
    ///
    /// - Parameters:
    ///   - entry: the file.
    ///   - buffer: what is appended to.
    ///   - head: appends what goes before a content of the given size.
    /// - Returns: the status that belongs to the content, or `nil`, with nothing appended, when the
    ///   file keeps changing while it is read.
    /// - Throws: when the file cannot be read; `buffer` may then have part of it.
    mutating func readWhole(
        _ entry: WalkedEntry,
        appendingTo buffer: inout [UInt8],
        head: (_ size: Int, inout [UInt8]) -> Void = { _, _ in }
    ) throws(FileError) -> FileStatus? {
        let start = buffer.count
        for attempt in 0..<3 {
            let file = try open(entry)
            // What the walk saw most often still holds, and saves a look.
            let isSettled = attempt == 0 && !entry.status.mayHideChanges()
            guard let before = isSettled ? entry.status : try file.settledStatus(),
                before.kind == .regular, before.size <= Limits.wholeFile
            else { return nil }
            let size = Int(before.size)
            head(size, &buffer)
            let count = try file.read(size, at: 0, appendingTo: &buffer)
            if count == size, try file.status() == before { return before }
            buffer.removeLast(buffer.count - start)
        }
        return nil
    }
}
