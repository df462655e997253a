/// Writes of small files that are seen whole or not at all.
package enum AtomicFile {
    /// Reads a whole file by its trusted path.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the largest size in bytes that is believed.
    ///   - followsLink: whether the file may be a link; the directories above it always may.
    /// - Returns: its bytes, or `nil` if there is no such file.
    /// - Throws: when it cannot be read, is no regular file or is larger than `limit`.
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
    ///
    /// - Parameters:
    ///   - bytes: what the file is to hold.
    ///   - path: its trusted path.
    ///   - access: who may use it, and the directories that are made.
    /// - Throws: when it cannot be written.
    package static func write(
        _ bytes: [UInt8],
        to path: PathBytes,
        access: FileAccess = .owner
    ) throws(FileError) {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent, access: access)
        let temporary = TemporaryName.next()
        let file = try access.creating(temporary[...], in: handle)
        do throws(FileError) {
            try file.write(bytes.span, at: 0)
            try handle.rename(temporary, replacing: name, in: handle)
        } catch {
            try? handle.removeFile(temporary)
            throw error
        }
    }

    /// Makes the file at `path`, with its directories, unless there is something of that name.
    ///
    /// Of several calls at the same time one makes it.
    ///
    /// - Parameters:
    ///   - bytes: what the file is to hold.
    ///   - path: its trusted path.
    ///   - access: who may use it, and the directories that are made.
    /// - Returns: whether it was made.
    /// - Throws: when it cannot be written.
    package static func create(
        _ bytes: [UInt8],
        at path: PathBytes,
        access: FileAccess = .owner
    ) throws(FileError) -> Bool {
        let (directory, name) = path.split
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent, access: access)
        if try handle.status(name) != nil { return false }
        let temporary = TemporaryName.next()
        let file = try access.creating(temporary[...], in: handle)
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
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - access: who may use what is made; `nil` leaves that to the process's mask.
    /// - Returns: the directory.
    /// - Throws: when it cannot be made or opened.
    package static func openMaking(
        _ path: PathBytes,
        access: FileAccess? = nil
    ) throws(FileError) -> DirectoryHandle {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        let (directory, name) = path.split
        if name.isEmpty { return try DirectoryHandle.open(path) }
        let parent = PathBytes(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
        let handle = try openMaking(parent, access: access)
        if let access { return try access.making(name, in: handle) }
        try handle.makeDirectory(name)
        return try handle.directory(name)
    }
}

extension DirectoryHandle {
    /// Renames a file into a directory; an empty directory in its place goes, as a file would.
    func rename(
        _ old: [UInt8],
        replacing new: ArraySlice<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) {
        do throws(FileError) {
            try rename(old, to: new, in: directory)
        } catch {
            guard error.code == .isDirectory else { throw error }
            do throws(FileError) {
                try directory.removeDirectory(new)
            } catch let obstacle {
                throw obstacle.code == .notEmpty ? obstacle : error
            }
            try rename(old, to: new, in: directory)
        }
    }
}
