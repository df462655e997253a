internal import CFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension DirectoryHandle {
    /// Makes a directory, and returns whether it was made now.
    ///
    /// A directory can exist already; another kind of file with its name is an error.
    @discardableResult
    package func makeDirectory(
        _ name: some Collection<UInt8>,
        mode: UInt32 = 0o777
    ) throws(FileError) -> Bool {
        let result = unsafe withCString(name) { unsafe mkdirat(descriptor, $0, mode_t(mode)) }
        if result == 0 { return true }
        let number = errno
        if number == EEXIST, try status(name)?.kind == .directory { return false }
        errno = number
        throw failure("make the directory", name)
    }

    /// Makes a symbolic link with the given name and target.
    package func makeLink(_ name: some Collection<UInt8>, to target: [UInt8]) throws(FileError) {
        let result = unsafe withCString(target) { text in
            unsafe withCString(name) { unsafe symlinkat(text, descriptor, $0) }
        }
        if result != 0 { throw failure("make the link", name) }
    }

    /// Makes a hard link in this directory to the file `source` in `directory`.
    package func makeHardLink(
        _ name: some Collection<UInt8>,
        to source: some Collection<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) {
        let result = unsafe withCString(source) { old in
            unsafe withCString(name) { unsafe linkat(directory.descriptor, old, descriptor, $0, 0) }
        }
        if result != 0 { throw failure("make the hard link", name) }
    }

    /// Returns the target of a symbolic link, as the link has it.
    package func linkTarget(_ name: some Collection<UInt8>) throws(FileError) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = unsafe target.withUnsafeMutableBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe withCString(name) { name in
                guard let start = unsafe start else { return -1 }
                return unsafe readlinkat(descriptor, name, start, buffer.count)
            }
        }
        if length < 0 { throw failure("read the link", name) }
        return Array(target.prefix(length))
    }

    /// Renames a file within this directory, replacing a file with the new name.
    package func rename(
        _ old: some Collection<UInt8>,
        to new: some Collection<UInt8>
    ) throws(FileError) {
        try rename(old, to: new, in: self)
    }

    /// Moves a file of this directory into another one, replacing a file with the new name.
    package func rename(
        _ old: some Collection<UInt8>,
        to new: some Collection<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) {
        let result = unsafe withCString(old) { old in
            unsafe withCString(new) { unsafe renameat(descriptor, old, directory.descriptor, $0) }
        }
        if result != 0 { throw directory.failure("rename a file to", new) }
    }

    /// Renames a file within this directory unless the new name exists, and returns whether it did.
    ///
    /// If the file system has no hard links, a file that another process creates at the same moment
    /// can be replaced.
    func renameIfAbsent(
        _ old: some Collection<UInt8>,
        to new: some Collection<UInt8>
    ) throws(FileError) -> Bool {
        do throws(FileError) {
            try makeHardLink(new, to: old, in: self)
        } catch {
            if error.code == .exists { return false }
            if try status(new) != nil { return false }
            try rename(old, to: new)
            return true
        }
        try removeFile(old)
        return true
    }

    /// Exchanges two names of this directory atomically, whatever their kinds are.
    ///
    /// Returns `false`, and changes nothing, if the file system does not support an exchange.
    package func exchange(
        _ one: some Collection<UInt8>,
        _ other: some Collection<UInt8>
    ) throws(FileError) -> Bool {
        let result = unsafe withCString(one) { one in
            unsafe withCString(other) { other in
                unsafe files_exchange(descriptor, one, other)
            }
        }
        if result == 0 { return true }
        if errno == EINVAL || errno == ENOSYS || errno == ENOTSUP { return false }
        throw failure("exchange a file with", other)
    }

    /// Removes a file that is not a directory.
    package func removeFile(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) { unsafe unlinkat(descriptor, $0, 0) }
        if result != 0 { throw failure("remove", name) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) }
        if result != 0 { throw failure("remove the directory", name) }
    }

    /// Removes a file, or a directory with its contents; links are not followed.
    package func removeTree(_ name: some Collection<UInt8>) throws(FileError) {
        guard let status = try status(name) else { return }
        guard status.kind == .directory else { return try removeFile(name) }
        if status.mode & 0o700 != 0o700 { try? setMode(name, 0o700) }
        let directory = try directory(name)
        for child in try directory.names() { try directory.removeTree(child) }
        try removeDirectory(name)
    }

    /// Sets the permission bits of a file that must not be a link.
    package func setMode(_ name: some Collection<UInt8>, _ mode: UInt32) throws(FileError) {
        let result = unsafe withCString(name) { unsafe fchmodat(descriptor, $0, mode_t(mode), 0) }
        if result != 0 { throw failure("set the mode of", name) }
    }

    /// Sets the modification time of a file; of a link, the time of the link itself.
    package func setModified(_ name: some Collection<UInt8>, _ time: FileTime) throws(FileError) {
        let times = [time.systemTime, time.systemTime]
        let result = unsafe withCString(name) {
            unsafe utimensat(descriptor, $0, times, AT_SYMLINK_NOFOLLOW)
        }
        if result != 0 { throw failure("set the time of", name) }
    }

    /// Sets the modification time of a file to now, which every user with write access can do.
    package func touch(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) {
            unsafe utimensat(descriptor, $0, nil, AT_SYMLINK_NOFOLLOW)
        }
        if result != 0 { throw failure("set the time of", name) }
    }

    /// Changes the owner of a file, or of a directory with its contents; links are not followed.
    package func setOwnerOfTree(
        _ name: some Collection<UInt8>,
        user: UInt32,
        group: UInt32
    ) throws(FileError) {
        guard let status = try status(name) else { return }
        let result = unsafe withCString(name) {
            unsafe fchownat(descriptor, $0, user, group, AT_SYMLINK_NOFOLLOW)
        }
        if result != 0 { throw failure("set the owner of", name) }
        guard status.kind == .directory else { return }
        let directory = try directory(name)
        for child in try directory.names() {
            try directory.setOwnerOfTree(child, user: user, group: group)
        }
    }
}

extension DirectoryHandle {
    /// Opens a directory by a trusted path, after it makes the directory and missing ones above it.
    ///
    /// Without `access`, the process's umask applies to new directories.
    package static func creating(
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
        let handle = try creating(parent, access: access)
        if let access { return try access.makeDirectory(name, in: handle) }
        try handle.makeDirectory(name)
        return try handle.directory(name)
    }

    /// Moves a file into a directory, replacing a file or an empty directory with the new name.
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
