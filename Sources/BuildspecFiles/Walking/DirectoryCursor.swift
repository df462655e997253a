/// Reaches directories below a root one component at a time, never through a link.
///
/// It keeps the directories of the last path open, so that paths in order cost few system calls.
package struct DirectoryCursor {
    private let root: DirectoryHandle
    private let isFileSystemRoot: Bool
    private var open: [Level] = []

    private struct Level {
        var name: [UInt8]
        var handle: DirectoryHandle
        /// Whether it was made here, so that what is named in it is most likely still to be made.
        var isNew = false
    }

    /// Creates a cursor for paths below `root`, which is trusted.
    package init(root: DirectoryHandle) {
        self.root = root
        isFileSystemRoot = root.path == PathBytes("/")
    }

    /// The directory of the given names.
    ///
    /// - Parameters:
    ///   - names: its names from the root on.
    ///   - making: whether directories that are missing are made.
    /// - Returns: the directory.
    /// - Throws: when it cannot be reached, or something else than a directory is on the way.
    package mutating func directory(
        _ names: ArraySlice<ArraySlice<UInt8>>,
        making: Bool = false
    ) throws(FileError) -> DirectoryHandle {
        var shared = 0
        for name in names {
            guard shared < open.count, open[shared].name[...] == name else { break }
            shared += 1
        }
        open.removeLast(open.count - shared)
        for name in names.dropFirst(shared) {
            let parent = open.last?.handle ?? root
            let isTop = isFileSystemRoot && open.isEmpty
            let isUnlikely = making && open.last?.isNew == true
            if !isUnlikely, let child = try DirectoryCursor.child(name, of: parent, isTop) {
                open.append(Level(name: Array(name), handle: child))
                continue
            }
            let isNew = making ? try parent.makeDirectory(name) : false
            // Where it was not to be made, this says that it is missing.
            let child = try parent.directory(name)
            open.append(Level(name: Array(name), handle: child, isNew: isNew))
        }
        return open.last?.handle ?? root
    }

    /// Forgets open directories, because what the names mean has changed.
    package mutating func reset() {
        open.removeAll()
    }

    private static func child(
        _ name: ArraySlice<UInt8>,
        of parent: DirectoryHandle,
        _ isTop: Bool
    ) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try parent.directoryIfThere(name)
        } catch {
            // A link in `/` itself is the system's own; no cache entry can plant one there.
            guard isTop, error.code == .isLink || error.code == .notDirectory else { throw error }
            return try parent.followedDirectory(name)
        }
    }
}
