internal import BuildspecFiles
public import SystemPackage

/// A store in a directory: every object is a file with the object's name.
///
/// `aws s3 sync` can copy a store between a directory and a bucket in both directions. A directory
/// that has other files in it and is not a store is refused, see `docs/cache-format.md`.
public struct DirectoryStore: LocalCacheStore {
    /// The directory, created when the first object is written.
    public let directory: FilePath
    private let marker: StoreMarker

    /// Creates a store that uses a directory.
    ///
    /// - Parameters:
    ///   - directory: The path, which is trusted: links in it are followed.
    ///   - takesAnyDirectory: Whether a directory that has other files in it becomes a store too.
    ///   - isShared: Whether a new store is accessible to the whole group of its directory, not to
    ///     its owner alone. An existing store keeps its modes.
    public init(_ directory: FilePath, takesAnyDirectory: Bool = false, isShared: Bool = false) {
        self.directory = directory
        marker = StoreMarker(
            PathBytes(directory.string),
            takesAnyDirectory: takesAnyDirectory,
            access: isShared ? .group : .owner
        )
    }

    /// The directory's path.
    public var location: String { directory.string }

    /// Reads the file with the object's name; throws `notAFile` for anything but a regular file.
    public func read(_ name: String, limit: UInt64) throws(StoreError) -> StoredObject? {
        try marker.check()
        let path = path(name)
        do throws(FileError) {
            if let bytes = try AtomicFile.read(path, limit: limit, followsLink: false) {
                return StoredObject(bytes)
            }
            // A store path that is a file is a mistake, not an empty store.
            _ = try StoreMarker.existing(PathBytes(directory.string))
            return nil
        } catch {
            if error.code == .isDirectory, let names = try? DirectoryHandle.open(path).names(),
                !names.isEmpty
            {
                throw StoreError(blockedByDirectoryAt: path.text)
            }
            if error.isNotRegularFile, error.path == path.text {
                throw StoreError(.notAFile, "'\(path.text)' is not a regular file")
            }
            throw StoreError(error)
        }
    }

    /// Writes a temporary file and renames it.
    public func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        let access = try marker.prepare()
        try translating { () throws(FileError) in
            try AtomicFile.write(bytes, to: path(name), access: access)
        }
    }

    /// Writes a temporary file and gives it the name unless a file has it.
    public func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
        let access = try marker.prepare()
        return try translating { () throws(FileError) in
            try AtomicFile.create(bytes, at: path(name), access: access)
        }
    }

    /// Creates a temporary file, which is renamed at the end.
    ///
    /// The file is in the directory of packs, which may be on another file system than the rest of
    /// the store.
    public func beginUpload() throws(StoreError) -> (any ObjectUpload)? {
        let access = try marker.prepare()
        return try translating { () throws(FileError) in
            let packs = path(String(StoreLayout.packs.dropLast()))
            return Upload(store: self, file: try FileWriter(in: packs, access: access))
        }
    }

    private struct Upload: ObjectUpload {
        let store: DirectoryStore
        let file: FileWriter

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.append(bytes) }
        }

        func finish(as name: String) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.commit(to: store.path(name)) }
        }
    }

    /// Reads the status of the file with the object's name; anything but a regular file has size 0.
    public func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try marker.check()
        return try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try StoreMarker.existing(PathBytes(Array(parent))),
                let status = try handle.status(file)
            else { return nil }
            return ObjectInfo(name, status)
        }
    }

    /// Lists the directories that the prefix names.
    ///
    /// Anything but a regular file that has the name of an object is listed with size 0.
    public func list(prefix: String) throws(StoreError) -> ObjectListing {
        try marker.check()
        return try translating { () throws(FileError) in
            let start = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
            var found: [ObjectInfo] = []
            if let handle = try StoreMarker.existing(path(start)) {
                try collect(handle, start, prefix, &found)
            }
            return ObjectListing(found)
        }
    }

    /// Deletes the file with the object's name, or an empty directory that has the name.
    ///
    /// The lock prevents a touch between the check and the deletion.
    public func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) throws(StoreError) -> Bool {
        guard let listed else {
            try delete(name)
            return true
        }
        try marker.check()
        let lock = lock(.exclusive)
        defer { withExtendedLifetime(lock) {} }
        guard let info = try info(name.text) else { return true }
        guard info == listed else { return false }
        try delete(name)
        return true
    }

    private func delete(_ name: ObjectName) throws(StoreError) {
        try marker.check()
        let (parent, file) = path(name.text).split
        do throws(FileError) {
            guard let handle = try StoreMarker.existing(PathBytes(Array(parent))) else { return }
            let isDirectory = try handle.status(file)?.kind == .directory
            try isDirectory ? handle.removeDirectory(file) : handle.removeFile(file)
        } catch {
            switch error.code {
            case .notFound: return
            case .notEmpty: throw StoreError(blockedByDirectoryAt: error.path)
            default: throw StoreError(error)
            }
        }
    }

    /// Sets the file's time to now; in the store of a group, every member may do so.
    public func touch(_ name: String) throws(StoreError) {
        try marker.check()
        try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try StoreMarker.existing(PathBytes(Array(parent))) else { return }
            // While this lock is held, a prune does not check and delete objects.
            let lock = lock(.shared)
            defer { withExtendedLifetime(lock) {} }
            try handle.touch(file)
        }
    }

    /// Deletes unfinished files in all directories of the store that may contain objects.
    public func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int {
        try marker.check()
        return try translating { () throws(FileError) in
            guard let store = try StoreMarker.existing(PathBytes(directory.string)) else {
                return 0
            }
            // Files of the store that are not objects, such as its marker, are written here.
            let count = Leftovers.removeFiles(in: store, dryRun: dryRun)
            guard let objects = try StoreMarker.existing(path(StoreLayout.top)) else {
                return count
            }
            return try count + removeLeftovers(in: objects, StoreLayout.top, dryRun)
        }
    }

    private func removeLeftovers(
        in directory: DirectoryHandle,
        _ name: String,
        _ dryRun: Bool
    ) throws(FileError) -> Int {
        var count = Leftovers.removeFiles(in: directory, dryRun: dryRun)
        for child in try directory.names() {
            if Task.isCancelled { throw FileError(cancelled: "list", directory.path.text) }
            let path = "\(name)/\(String(decoding: child, as: UTF8.self))"
            guard StoreLayout.mayContainObjects(path),
                try directory.status(child)?.kind == .directory
            else { continue }
            count += try removeLeftovers(in: directory.directory(child), path, dryRun)
        }
        return count
    }

    private func path(_ name: String) -> PathBytes {
        PathBytes(directory.string).appending(name.utf8)
    }

    private func collect(
        _ directory: DirectoryHandle,
        _ name: String,
        _ prefix: String,
        _ found: inout [ObjectInfo]
    ) throws(FileError) {
        for bytes in try directory.names() where !TemporaryName.matches(bytes) {
            // A partial listing must never be mistaken for a whole one.
            if Task.isCancelled { throw FileError(cancelled: "list", directory.path.text) }
            let child = (name.isEmpty ? "" : name + "/") + String(decoding: bytes, as: UTF8.self)
            // A directory can be above the prefix or below it.
            guard child != StoreMarker.name, child.hasPrefix(prefix) || prefix.hasPrefix(child),
                let status = try directory.status(bytes)
            else { continue }
            if status.kind == .directory, ObjectName(child) == nil {
                try collect(directory.directory(bytes), child, prefix, &found)
            } else if child.hasPrefix(prefix) {
                found.append(ObjectInfo(child, status))
            }
        }
    }

    private func translating<Value>(
        _ body: () throws(FileError) -> Value
    ) throws(StoreError) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw StoreError(error)
        }
    }
}

extension ObjectInfo {
    /// Describes a file as an object; each write changes the file's inode or its change time.
    fileprivate init(_ name: String, _ status: FileStatus) {
        self.init(
            name: name,
            size: status.kind == .regular ? status.size : 0,
            modified: status.modified.seconds,
            tag: "\(status.inode).\(status.changed.seconds).\(status.changed.nanoseconds)"
        )
    }
}
