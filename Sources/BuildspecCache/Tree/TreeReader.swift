internal import BuildspecFiles

/// A reader of the files of a walked tree; each content is that of the file at one moment.
struct TreeReader {
    private var cursor: TreeCursor

    init(_ roots: TreeRoots) { cursor = TreeCursor(roots) }

    /// Opens an entry's file.
    mutating func open(_ entry: WalkedEntry) throws(FileError) -> OpenFile {
        let (directory, name) = try cursor.parent(of: entry.path)
        return try OpenFile.reading(name, in: directory)
    }

    /// Appends a header and a file's content to `buffer`, and returns the file's status with this
    /// content; `nil`, with nothing appended, if the file keeps changing.
    ///
    /// - Throws: `FileError`; `buffer` can then have part of the content.
    mutating func readWhole(
        _ entry: WalkedEntry,
        appendingTo buffer: inout [UInt8],
        head: (_ size: Int, inout [UInt8]) -> Void
    ) throws(FileError) -> FileStatus? {
        let start = buffer.count
        for attempt in 0..<3 {
            let file = try open(entry)
            // The status of the walk is most often still true, which saves a system call.
            let isStable = attempt == 0 && !entry.status.mayHideChanges()
            guard let before = isStable ? entry.status : try file.stableStatus(),
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
