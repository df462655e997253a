/// Writes of small files that are seen whole or not at all.
package enum AtomicFile {
    /// Reads a whole file by its trusted path.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the largest size in bytes that is believed.
    /// - Returns: its bytes, or `nil` if there is no such file.
    /// - Throws: when it cannot be read, is no regular file or is larger than `limit`.
    package static func read(_ path: PathBytes, limit: UInt64) throws(FileError) -> [UInt8]? {
        let file: OpenFile
        do throws(FileError) {
            file = try OpenFile.reading(path)
        } catch {
            if error.code == .notFound || error.code == .notDirectory { return nil }
            throw error
        }
        let status = try file.status()
        guard status.kind == .regular else {
            throw FileError("read", path.text, number: notAFile(status.kind))
        }
        guard status.size <= limit else { throw FileError("read", path.text, number: tooBig) }
        var bytes: [UInt8] = []
        _ = try file.read(Int(status.size), at: 0, appendingTo: &bytes)
        return bytes
    }

    /// Replaces the file at `path`, or makes it, with its directories.
    ///
    /// The bytes go to a temporary file beside it that is then renamed, so a reader sees the old
    /// content or the new. It is not forced to the disk: who needs more must verify what he reads.
    package static func write(_ bytes: [UInt8], to path: PathBytes) throws(FileError) {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent)
        let temporary = TemporaryName.next()
        let file = try OpenFile.creating(temporary[...], in: handle, mode: 0o644)
        do throws(FileError) {
            try file.write(bytes.span, at: 0)
            try handle.rename(temporary, to: name)
        } catch {
            try? handle.removeFile(temporary)
            throw error
        }
    }

    /// Makes the file at `path`, with its directories, unless there is something of that name.
    ///
    /// Of several calls at the same time one makes it.
    ///
    /// - Returns: whether it was made.
    package static func create(
        _ bytes: [UInt8],
        at path: PathBytes
    ) throws(FileError) -> Bool {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent)
        if try handle.status(name) != nil { return false }
        let temporary = TemporaryName.next()
        let file = try OpenFile.creating(temporary[...], in: handle, mode: 0o644)
        do throws(FileError) {
            try file.write(bytes.span, at: 0)
            let isMade = try handle.renameToNew(temporary, name)
            if !isMade { try handle.removeFile(temporary) }
            return isMade
        } catch {
            try? handle.removeFile(temporary)
            throw error
        }
    }

    /// Opens a directory by its trusted path after making it and what is missing above it.
    package static func openMaking(
        _ path: PathBytes,
        mode: UInt32 = 0o777
    ) throws(FileError) -> DirectoryHandle {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        let (directory, name) = path.split
        if name.isEmpty { return try DirectoryHandle.open(path) }
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent, mode: mode)
        try handle.makeDirectory(name, mode: mode)
        return try handle.directory(name)
    }
}
