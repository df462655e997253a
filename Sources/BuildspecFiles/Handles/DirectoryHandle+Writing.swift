internal import CFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension DirectoryHandle {
    /// Makes a directory; one that is there already is not an error, anything else in its place is.
    ///
    /// - Returns: whether it was made now.
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

    /// Makes a symbolic link called `name` that says `target`.
    package func makeLink(_ name: some Collection<UInt8>, to target: [UInt8]) throws(FileError) {
        let result = unsafe withCString(target) { text in
            unsafe withCString(name) { unsafe symlinkat(text, descriptor, $0) }
        }
        if result != 0 { throw failure("make the link", name) }
    }

    /// Gives the file `source` in `directory` a second name in this directory.
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

    /// What a symbolic link says.
    package func linkTarget(_ name: some Collection<UInt8>) throws(FileError) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = unsafe target.withUnsafeMutableBytes { buffer in
            let room = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe withCString(name) { name in
                guard let room = unsafe room else { return -1 }
                return unsafe readlinkat(descriptor, name, room, buffer.count)
            }
        }
        if length < 0 { throw failure("read the link", name) }
        return Array(target.prefix(length))
    }

    /// Renames within this directory, replacing a file of the new name.
    package func rename(
        _ old: some Collection<UInt8>,
        to new: some Collection<UInt8>
    ) throws(FileError) {
        try rename(old, to: new, in: self)
    }

    /// Renames a file of this directory into another one, replacing a file of the new name.
    package func rename(
        _ old: some Collection<UInt8>,
        to new: some Collection<UInt8>,
        in directory: DirectoryHandle
    ) throws(FileError) {
        let result = unsafe withCString(old) { old in
            unsafe withCString(new) { unsafe renameat(descriptor, old, directory.descriptor, $0) }
        }
        if result != 0 { throw directory.failure("put in place", new) }
    }

    /// Renames within this directory unless there is something of the new name.
    ///
    /// Where the file system has no hard links, what another process does at the same moment may be
    /// replaced.
    ///
    /// - Returns: whether it was renamed.
    func renameToNew(
        _ old: some Collection<UInt8>,
        _ new: some Collection<UInt8>
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

    /// Lets two names of this directory change places at once, whatever they are.
    ///
    /// - Returns: whether the file system can do that; if not, nothing was done.
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
        throw failure("put in place", other)
    }

    /// Removes a name that is not a directory.
    package func removeFile(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) { unsafe unlinkat(descriptor, $0, 0) }
        if result != 0 { throw failure("remove", name) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) }
        if result != 0 { throw failure("remove the directory", name) }
    }

    /// Removes a name with everything below it, links not followed.
    package func removeTree(_ name: some Collection<UInt8>) throws(FileError) {
        guard let status = try status(name) else { return }
        guard status.kind == .directory else { return try removeFile(name) }
        if status.mode & 0o700 != 0o700 { try? setMode(name, 0o700) }
        let directory = try directory(name)
        for child in try directory.names() { try directory.removeTree(child) }
        try removeDirectory(name)
    }

    /// Sets the permission bits of a name that is known not to be a link.
    package func setMode(_ name: some Collection<UInt8>, _ mode: UInt32) throws(FileError) {
        let result = unsafe withCString(name) { unsafe fchmodat(descriptor, $0, mode_t(mode), 0) }
        if result != 0 { throw failure("set the mode of", name) }
    }

    /// Sets the time of last change of a name, of the link itself if it is one.
    package func setModified(
        _ name: some Collection<UInt8>,
        _ time: FileTime
    ) throws(FileError) {
        let times = [time.systemTime, time.systemTime]
        let result = unsafe withCString(name) {
            unsafe utimensat(descriptor, $0, times, AT_SYMLINK_NOFOLLOW)
        }
        if result != 0 { throw failure("set the time of", name) }
    }

    /// Sets the time of last change of a name to now: everybody who may write it can, not its owner alone.
    package func touch(_ name: some Collection<UInt8>) throws(FileError) {
        let result = unsafe withCString(name) {
            unsafe utimensat(descriptor, $0, nil, AT_SYMLINK_NOFOLLOW)
        }
        if result != 0 { throw failure("set the time of", name) }
    }

    /// Gives a name to another user with everything below it, links not followed.
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
