internal import Synchronization

/// A file that is written part by part before it has its name; it is seen whole or not at all.
package final class FileWriter: Sendable {
    private struct State {
        var size: UInt64 = 0
        var isPlaced = false
    }

    private let directory: DirectoryHandle
    private let access: FileAccess
    private let temporary = TemporaryName.next()
    private let file: OpenFile
    private let state = Mutex(State())

    /// Begins a file under a temporary name.
    ///
    /// - Parameters:
    ///   - directory: its trusted path; it is made with what is missing above it, and lies on the file
    ///     system that the file is to be on.
    ///   - access: who may use it, and the directories that are made.
    /// - Throws: when it cannot be made.
    package init(in directory: PathBytes, access: FileAccess) throws(FileError) {
        self.directory = try AtomicFile.openMaking(directory, access: access)
        self.access = access
        file = try access.creating(temporary[...], in: self.directory)
    }

    /// Adds bytes at the end.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        try state.withLock { state throws(FileError) in
            try file.write(bytes.span, at: state.size)
            state.size += UInt64(bytes.count)
        }
    }

    /// Gives the file its name, in place of one that has it.
    ///
    /// - Parameter path: its trusted path; the directory is made with what is missing above it.
    /// - Throws: when it cannot have it.
    package func place(at path: PathBytes) throws(FileError) {
        let (above, name) = path.split
        let parent = try AtomicFile.openMaking(PathBytes(Array(above)), access: access)
        try directory.rename(temporary, replacing: name, in: parent)
        state.withLock { $0.isPlaced = true }
    }

    deinit {
        if !state.withLock(\.isPlaced) { try? directory.removeFile(temporary) }
    }
}
