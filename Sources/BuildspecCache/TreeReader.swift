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

    init(_ roots: TreeRoots) {
        relative = DirectoryCursor(root: roots.root)
        absolute = DirectoryCursor(root: roots.top)
    }

    /// The directory that holds an entry, and the entry's name in it.
    mutating func parent(
        of path: PathBytes
    ) throws(FileError) -> (directory: DirectoryHandle, name: ArraySlice<UInt8>) {
        let names = path.components
        guard let name = names.last else { throw FileError("use the path", path.text, number: 22) }
        let above = names.dropLast()
        let directory =
            path.isAbsolute
            ? try absolute.directory(above) : try relative.directory(above)
        return (directory, name)
    }

    /// Forgets open directories.
    mutating func reset() {
        relative.reset()
        absolute.reset()
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

    /// Appends a file's content to `buffer`.
    ///
    /// - Returns: the status that belongs to the content, or `nil`, with nothing appended, when the
    ///   file keeps changing while it is read.
    mutating func readWhole(
        _ entry: WalkedEntry,
        appendingTo buffer: inout [UInt8]
    ) throws(FileError) -> FileStatus? {
        for _ in 0..<2 {
            let file = try open(entry)
            guard let before = try file.settledStatus(), before.kind == .regular,
                before.size <= Limits.wholeFile
            else { return nil }
            let start = buffer.count
            let count = try file.read(Int(before.size), at: 0, appendingTo: &buffer)
            if count == Int(before.size), try file.status() == before { return before }
            buffer.removeLast(buffer.count - start)
        }
        return nil
    }
}
