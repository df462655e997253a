/// Atomic reads and writes of small files: a reader sees a whole file or none.
package enum AtomicFile {
    /// Reads a whole file by a trusted path.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest accepted size in bytes.
    ///   - followsLink: Whether the file can be a link; the directories above it always can.
    /// - Returns: The bytes of the file, or `nil` if it does not exist.
    /// - Throws: `FileError` when the file cannot be read, is not a regular file or is larger than
    ///   `limit`.
    package static func read(
        _ path: PathBytes,
        limit: UInt64,
        followsLink: Bool = true
    ) throws(FileError) -> [UInt8]? {
        let file: OpenFile
        do throws(FileError) {
            file = try OpenFile.reading(path, followsLink: followsLink)
        } catch {
            if error.code == .notFound || error.code == .notDirectory { return nil }
            throw error
        }
        let status = try file.status()
        guard status.kind == .regular else {
            throw FileError("read", path.text, number: FileError.notRegularFile(status.kind))
        }
        guard status.size <= limit else {
            throw FileError("read", path.text, number: FileError.fileTooLarge)
        }
        var bytes: [UInt8] = []
        _ = try file.read(Int(status.size), at: 0, appendingTo: &bytes)
        return bytes
    }

    /// Creates or replaces the file at `path`, and makes its missing directories.
    ///
    /// The bytes are written to a temporary file in the same directory, which is then renamed, so a
    /// reader sees the old content or the new. The file is not synced to the disk; a reader that
    /// must detect a loss of power has to verify the content.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - path: The trusted path of the file.
    ///   - access: Who can use the file and the new directories.
    /// - Throws: `FileError` when the file cannot be written.
    package static func write(
        _ bytes: [UInt8],
        to path: PathBytes,
        access: FileAccess = .owner
    ) throws(FileError) {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try DirectoryHandle.creating(parent, access: access)
        let temporary = TemporaryName.next()
        let file = try access.createFile(temporary[...], in: handle)
        do throws(FileError) {
            try file.write(bytes.span, at: 0)
            try handle.rename(temporary, replacing: name, in: handle)
        } catch {
            try? handle.removeFile(temporary)
            throw error
        }
    }

    /// Creates the file at `path` with its missing directories, unless the name exists.
    ///
    /// Of several calls at the same time, one creates the file.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - path: The trusted path of the file.
    ///   - access: Who can use the file and the new directories.
    /// - Returns: Whether the file was created.
    /// - Throws: `FileError` when the file cannot be written.
    package static func create(
        _ bytes: [UInt8],
        at path: PathBytes,
        access: FileAccess = .owner
    ) throws(FileError) -> Bool {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try DirectoryHandle.creating(parent, access: access)
        if try handle.status(name) != nil { return false }
        let temporary = TemporaryName.next()
        let file = try access.createFile(temporary[...], in: handle)
        do throws(FileError) {
            try file.write(bytes.span, at: 0)
            let isCreated = try handle.renameIfAbsent(temporary, to: name)
            if !isCreated { try handle.removeFile(temporary) }
            return isCreated
        } catch {
            try? handle.removeFile(temporary)
            throw error
        }
    }
}
