/// Who may use what is made: permission bits that count whatever the process's mask says.
package struct FileAccess: Sendable, Hashable {
    /// The bits of files.
    package var file: UInt32
    /// The bits of directories.
    package var directory: UInt32

    /// The user alone.
    package static let owner = FileAccess(file: 0o600, directory: 0o700)
    /// The user and the directory's group, which what is made below inherits.
    package static let group = FileAccess(file: 0o660, directory: 0o2770)

    private init(file: UInt32, directory: UInt32) {
        self.file = file
        self.directory = directory
    }

    /// The access of what is in a directory of these bits: the same users may use it.
    package init(ofDirectory mode: UInt32) {
        file = mode & 0o666 | 0o600
        directory = mode & 0o2777 | 0o700
    }
}

extension FileAccess {
    /// Opens a new file; a file system that keeps no such bits is no error.
    func creating(
        _ name: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) -> OpenFile {
        let made = try OpenFile.creating(name, in: directory, mode: file)
        // The mask may have taken bits away; it never adds any.
        let mode = try made.status().mode
        if file & ~mode != 0 { try? made.setMode(file | mode) }
        return made
    }

    /// Gives a directory that was there already the bits for the group, if it is to have them.
    package func widen(_ place: DirectoryHandle) {
        guard directory & 0o070 != 0, let mode = try? place.status().mode, directory & ~mode != 0
        else { return }
        try? place.setMode(".".utf8, directory | mode)
    }

    /// Makes a directory and opens it; one that is there already keeps its bits.
    func making(
        _ name: ArraySlice<UInt8>,
        in parent: DirectoryHandle
    ) throws(FileError) -> DirectoryHandle {
        let isNew = try parent.makeDirectory(name, mode: directory & 0o777)
        let made = try parent.directory(name)
        guard isNew else { return made }
        let mode = try made.status().mode
        if directory & ~mode != 0 { try? made.setMode(".".utf8, directory | mode) }
        return made
    }
}
