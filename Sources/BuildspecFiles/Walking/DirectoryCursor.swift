/// Opens directories below a root one component at a time, never through a link.
///
/// The cursor keeps the directories of the last path open, so sorted paths need few system calls.
package struct DirectoryCursor {
    private let root: DirectoryHandle
    private let isFileSystemRoot: Bool
    private var open: [Level] = []

    private struct Level {
        var name: [UInt8]
        var handle: DirectoryHandle
        /// Whether the cursor made the directory, so that its subdirectories most likely do not
        /// exist.
        var isNew = false
    }

    /// Creates a cursor for paths below `root`, which is trusted.
    package init(root: DirectoryHandle) {
        self.root = root
        isFileSystemRoot = root.path == PathBytes("/")
    }

    /// Opens the directory with the given names below the root, and makes missing ones if asked.
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
            // If nothing was made, this call throws the error for the missing directory.
            let child = try parent.directory(name)
            open.append(Level(name: Array(name), handle: child, isNew: isNew))
        }
        return open.last?.handle ?? root
    }

    /// Closes the open directories; call this after directories were renamed or replaced.
    package mutating func reset() {
        open.removeAll()
    }

    private static func child(
        _ name: ArraySlice<UInt8>,
        of parent: DirectoryHandle,
        _ isTop: Bool
    ) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try parent.directoryIfExists(name)
        } catch {
            // A link in `/` itself belongs to the system; a cache entry cannot create one there.
            guard isTop, error.code == .isLink || error.code == .notDirectory else { throw error }
            return try parent.directoryFollowingLink(name)
        }
    }
}
