internal import BuildspecFiles

/// The two directories in which the paths of entries begin.
struct TreeRoots: Sendable {
    /// The directory of relative paths.
    var root: DirectoryHandle
    /// The directory of absolute paths: `/`, or a directory that is used in place of it.
    var fileSystemRoot: DirectoryHandle

    init(root: PathBytes, fileSystemRoot: PathBytes = PathBytes("/")) throws(FileError) {
        self.root = try DirectoryHandle.open(root)
        self.fileSystemRoot = try DirectoryHandle.open(fileSystemRoot)
    }
}

extension TreeRoots {
    /// Runs `body` for every item on up to `width` threads, and returns the notes in item order.
    ///
    /// Neighbours are best in the same directory, because each thread has one cursor. With
    /// `mustEnd`, the work goes on in a cancelled task, because it must not be left half done.
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
                    let notes = try part.compactMap { item in
                        if !mustEnd { try Task.checkCancellation() }
                        return try body(item, &cursor)
                    }
                    return (start, notes)
                }
            }
            var notes: [Int: [String]] = [:]
            for try await (start, partNotes) in tasks { notes[start] = partNotes }
            return notes.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}
