/// Atomic reads and writes of small files: a reader sees a whole file or none.
package enum AtomicFile {
    /// Reads a whole regular file of at most `limit` bytes by a trusted path; `nil` without one.
    ///
    /// `followsLink` is about the file itself; the directories above it can always be links.
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

    /// Creates or replaces the file at the trusted `path`, and makes its missing directories.
    ///
    /// The bytes are written to a temporary file in the same directory, which is then renamed, so a
    /// reader sees the old content or the new. The file is not synced to the disk; a reader that
    /// must detect a loss of power has to verify the content.
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

    /// Creates the file at the trusted `path` unless the name exists, and returns whether it did.
    ///
    /// Missing directories are made. Of several calls at the same time, one creates the file.
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
