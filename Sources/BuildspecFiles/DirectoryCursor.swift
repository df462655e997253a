/// Reaches directories below a root one component at a time, never through a link.
///
/// It keeps the directories of the last path open, so that paths in order cost few system calls.
package struct DirectoryCursor {
    private let root: DirectoryHandle
    private let isFileSystemRoot: Bool
    private var open: [(name: [UInt8], handle: DirectoryHandle)] = []

    /// Creates a cursor for paths below `root`, which is trusted.
    package init(root: DirectoryHandle) {
        self.root = root
        isFileSystemRoot = root.path == PathBytes("/")
    }

    /// The directory of the given names.
    package mutating func directory(
        _ names: some Collection<ArraySlice<UInt8>>
    ) throws(FileError) -> DirectoryHandle {
        var shared = 0
        for name in names {
            guard shared < open.count, open[shared].name.elementsEqual(name) else { break }
            shared += 1
        }
        open.removeLast(open.count - shared)
        for name in names.dropFirst(shared) {
            let parent = open.last?.handle ?? root
            let child = try DirectoryCursor.child(
                name,
                of: parent,
                following: isFileSystemRoot && open.isEmpty
            )
            open.append((Array(name), child))
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
        following: Bool
    ) throws(FileError) -> DirectoryHandle {
        do throws(FileError) {
            return try parent.directory(name)
        } catch {
            // A link in `/` itself is the system's own; no cache entry can plant one there.
            guard following, error.code == .isLink || error.code == .notDirectory else {
                throw error
            }
            return try parent.followedDirectory(name)
        }
    }
}
