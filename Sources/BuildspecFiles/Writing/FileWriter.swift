internal import Synchronization

/// A writer for a file that is written in parts and gets its name last, so a reader sees the whole
/// file.
package final class FileWriter: Sendable {
    private struct State {
        var size: UInt64 = 0
        var isCommitted = false
    }

    private let directory: DirectoryHandle
    private let access: FileAccess
    private let temporary = TemporaryName.next()
    private let file: OpenFile
    private let state = Mutex(State())

    /// Creates a file with a temporary name in a directory on the file system of the final path.
    ///
    /// The path of the directory is trusted. Missing directories are made.
    package init(in directory: PathBytes, access: FileAccess) throws(FileError) {
        self.directory = try DirectoryHandle.creating(directory, access: access)
        self.access = access
        file = try access.createFile(temporary[...], in: self.directory)
    }

    package func append(_ bytes: [UInt8]) throws(FileError) {
        try state.withLock { state throws(FileError) in
            try file.write(bytes.span, at: state.size)
            state.size += UInt64(bytes.count)
        }
    }

    /// Renames the file to a trusted path, replacing a file there; missing directories are made.
    package func commit(to path: PathBytes) throws(FileError) {
        let (above, name) = path.split
        let parent = try DirectoryHandle.creating(PathBytes(Array(above)), access: access)
        try directory.rename(temporary, replacing: name, in: parent)
        state.withLock { $0.isCommitted = true }
    }

    deinit {
        if !state.withLock(\.isCommitted) { try? directory.removeFile(temporary) }
    }
}
