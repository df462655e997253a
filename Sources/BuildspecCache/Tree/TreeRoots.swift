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
    /// Runs `body` for every item, on several threads if there are many items.
    ///
    /// - Parameters:
    ///   - items: The items; neighbours are best in the same directory.
    ///   - width: The number of threads.
    ///   - mustEnd: Whether the work goes on in a cancelled task, because it must not be left half
    ///     done.
    ///   - body: Does the work for one item, with the cursor of its thread, and returns a note if
    ///     there is one.
    /// - Returns: The notes in the order of the items.
    /// - Throws: An error of `body`, or `CancellationError`.
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
