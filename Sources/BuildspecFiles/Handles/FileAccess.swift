/// The permission bits of new files and directories, which apply whatever the process's umask is.
package struct FileAccess: Sendable, Hashable {
    package var file: UInt32
    package var directory: UInt32

    /// Access for the user only.
    package static let owner = FileAccess(file: 0o600, directory: 0o700)
    /// Access for the user and the directory's group, which new files below inherit.
    package static let group = FileAccess(file: 0o660, directory: 0o2770)
}

extension FileAccess {
    /// Creates the access that gives the contents of a directory to the directory's users.
    package init(ofDirectory mode: UInt32) {
        file = mode & 0o666 | 0o600
        directory = mode & 0o2777 | 0o700
    }

    /// Creates and opens a file; a file system that does not store the bits is not an error.
    func createFile(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) -> OpenFile {
        let new = try OpenFile.creating(name, in: directory, mode: file)
        // The umask can remove bits; it never adds any.
        let mode = try new.status().mode
        if file & ~mode != 0 { try? new.setMode(file | mode) }
        return new
    }

    /// Sets the bits for the group on an existing directory, if this access has such bits.
    package func grantGroupAccess(to handle: DirectoryHandle) {
        guard directory & 0o070 != 0, let mode = try? handle.status().mode, directory & ~mode != 0
        else { return }
        try? handle.setMode(".".utf8, directory | mode)
    }

    /// Makes a directory and opens it; an existing directory keeps its bits.
    func makeDirectory(
        _ name: ArraySlice<UInt8>,
        in parent: DirectoryHandle
    ) throws(FileError) -> DirectoryHandle {
        let isNew = try parent.makeDirectory(name, mode: directory & 0o777)
        let handle = try parent.directory(name)
        guard isNew else { return handle }
        let mode = try handle.status().mode
        if directory & ~mode != 0 { try? handle.setMode(".".utf8, directory | mode) }
        return handle
    }
}
