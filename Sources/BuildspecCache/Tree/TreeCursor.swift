internal import BuildspecFiles

/// A cursor that opens the directories of entry paths, relative and absolute, never through a link.
struct TreeCursor {
    private var relative: DirectoryCursor
    private var absolute: DirectoryCursor
    /// The directories of the last paths, which are most often those of the next path.
    ///
    /// Files with the same content are written one after the other, so with two copies of a tree
    /// the directories of both take turns.
    private var recent: [(path: PathBytes, directory: DirectoryHandle)] = []
    /// The index in `recent` that is replaced next, and the index that was used last.
    private var oldest = 0
    private var latest = 0

    private static let recentCount = 8

    init(_ roots: TreeRoots) {
        relative = DirectoryCursor(root: roots.root)
        absolute = DirectoryCursor(root: roots.fileSystemRoot)
    }

    /// Opens the parent directory of an entry; `making` makes missing directories.
    mutating func parent(
        of path: PathBytes,
        making: Bool = false
    ) throws(FileError) -> (directory: DirectoryHandle, name: ArraySlice<UInt8>) {
        let split = path.split
        if split.name.isEmpty { throw FileError("use the path", path.text, number: 22) }
        return (try directory(split.directory, making: making), split.name)
    }

    /// Opens the directory of a path, which is empty for the root of relative paths.
    mutating func directory(
        _ path: ArraySlice<UInt8>,
        making: Bool = false
    ) throws(FileError) -> DirectoryHandle {
        if latest < recent.count, recent[latest].path.bytes[...] == path {
            return recent[latest].directory
        }
        for index in recent.indices where recent[index].path.bytes[...] == path {
            latest = index
            return recent[index].directory
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

    /// Closes the open directories, because their names have changed.
    mutating func reset() {
        recent.removeAll()
        (oldest, latest) = (0, 0)
        relative.reset()
        absolute.reset()
    }
}
