internal import BuildspecFiles
public import SystemPackage

/// A store in a directory: every object is a file of its name.
///
/// A bucket filled by `aws s3 sync` from such a directory is the same store, and the other way round.
/// A directory that has other files in it and is no store is refused, see `docs/cache-format.md`.
public struct DirectoryStore: LocalCacheStore {
    /// The directory, made when the first object is written.
    public let directory: FilePath
    private let mark: StoreMarker

    /// Creates a store over a directory.
    ///
    /// - Parameters:
    ///   - directory: its path, which is trusted: links in it are followed.
    ///   - takesAnyDirectory: whether a directory that has other files in it becomes a store too.
    ///   - isShared: whether a store that is made now can be used by the whole group of its directory,
    ///     and not by its maker alone. A store that is there keeps its modes.
    public init(
        _ directory: FilePath,
        takesAnyDirectory: Bool = false,
        isShared: Bool = false
    ) {
        self.directory = directory
        mark = StoreMarker(
            PathBytes(directory.string),
            takesAnyDirectory: takesAnyDirectory,
            access: isShared ? .group : .owner
        )
    }

    /// The directory's path.
    public var location: String { directory.string }

    /// Reads the file of that name; what is no file is an error that says so.
    public func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try mark.check()
        let path = path(name)
        do throws(FileError) {
            if let bytes = try AtomicFile.read(path, limit: limit, followsLink: false) {
                return bytes
            }
            // A store that is a file is a mistake and not an empty store.
            _ = try existing(PathBytes(directory.string))
            return nil
        } catch {
            if error.code == .isDirectory, let names = try? DirectoryHandle.open(path).names(),
                !names.isEmpty
            {
                throw StoreError(inTheWay: path.text)
            }
            if error.isNoFile, error.path == path.text {
                throw StoreError(.noFile, "'\(path.text)' is not a regular file")
            }
            throw StoreError(error)
        }
    }

    /// Writes a temporary file and renames it.
    public func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        let access = try mark.prepare()
        try translating { () throws(FileError) in
            try AtomicFile.write(bytes, to: path(name), access: access)
        }
    }

    /// Writes a temporary file and gives it the name if nothing has it.
    public func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
        let access = try mark.prepare()
        return try translating { () throws(FileError) in
            try AtomicFile.create(bytes, at: path(name), access: access)
        }
    }

    /// Begins a temporary file, which is renamed at the end.
    ///
    /// It lies where packs do, which may be another file system than the rest of the store.
    public func draft() throws(StoreError) -> (any ObjectUpload)? {
        let access = try mark.prepare()
        return try translating { () throws(FileError) in
            let packs = path(String(StoreLayout.packs.dropLast()))
            return Draft(store: self, file: try FileWriter(in: packs, access: access))
        }
    }

    private struct Draft: ObjectUpload {
        let store: DirectoryStore
        let file: FileWriter

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.append(bytes) }
        }

        func place(at name: String) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.place(at: store.path(name)) }
        }
    }

    /// Looks at the file of that name; what is no file holds 0 bytes.
    public func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try mark.check()
        return try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try existing(PathBytes(Array(parent))),
                let status = try handle.status(file)
            else { return nil }
            return ObjectInfo(name, status)
        }
    }

    /// Walks the directories that the prefix names.
    ///
    /// What is no file and has the name of an object is one of 0 bytes.
    public func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try mark.check()
        return try translating { () throws(FileError) in
            let start = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
            var found: [ObjectInfo] = []
            guard let handle = try existing(path(start)) else { return [] }
            try collect(handle, start, prefix, &found)
            return found
        }
    }

    /// Removes the file of that name, or an empty directory in its place.
    public func delete(_ name: ObjectName) throws(StoreError) {
        try mark.check()
        let (parent, file) = path(name.text).split
        do throws(FileError) {
            guard let handle = try existing(PathBytes(Array(parent))) else { return }
            let isDirectory = try handle.status(file)?.kind == .directory
            try isDirectory ? handle.removeDirectory(file) : handle.removeFile(file)
        } catch {
            switch error.code {
            case .notFound: return
            case .notEmpty: throw StoreError(inTheWay: error.path)
            default: throw StoreError(error)
            }
        }
    }

    /// Sets the file's time to now; in a store of a group, every member can.
    public func refresh(_ name: String) throws(StoreError) {
        try mark.check()
        try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try existing(PathBytes(Array(parent))) else { return }
            // A prune does not look and remove while this lock is held.
            let lock = lock(.shared)
            defer { withExtendedLifetime(lock) {} }
            try handle.touch(file)
        }
    }

    /// Looks through all directories of the store that objects can be in.
    public func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int {
        try mark.check()
        return try translating { () throws(FileError) in
            guard let store = try existing(PathBytes(directory.string)) else { return 0 }
            // Beside the objects, where the store keeps what it knows of itself.
            let count = Leftovers.removeFiles(in: store, dryRun: dryRun)
            guard let objects = try existing(path(StoreLayout.top)) else { return count }
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
            if Task.isCancelled { throw FileError(stopped: "list", directory.path.text) }
            let place = "\(name)/\(String(decoding: child, as: UTF8.self))"
            guard StoreLayout.mayHold(place), try directory.status(child)?.kind == .directory
            else { continue }
            count += try removeLeftovers(in: directory.directory(child), place, dryRun)
        }
        return count
    }

    private func path(_ name: String) -> PathBytes {
        PathBytes(directory.string).appending(name.utf8)
    }

    private func existing(_ path: PathBytes) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    private func collect(
        _ directory: DirectoryHandle,
        _ name: String,
        _ prefix: String,
        _ found: inout [ObjectInfo]
    ) throws(FileError) {
        for bytes in try directory.names() where !TemporaryName.matches(bytes) {
            // A part of a listing must never be taken for all of it.
            if Task.isCancelled { throw FileError(stopped: "list", directory.path.text) }
            let child = (name.isEmpty ? "" : name + "/") + String(decoding: bytes, as: UTF8.self)
            // A directory may lead to the prefix, or lie below it.
            guard child != StoreMarker.name, child.hasPrefix(prefix) || prefix.hasPrefix(child)
            else {
                continue
            }
            guard let status = try directory.status(bytes) else { continue }
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

extension StoreError {
    /// A directory with something in it where an object belongs.
    init(inTheWay path: String) {
        self.init(
            .inTheWay,
            "'\(path)' is a directory with something in it; \(StoreError.byHand)"
        )
    }

    init(_ error: FileError) {
        if error.code == .notEmpty {
            self.init(inTheWay: error.path)
            return
        }
        let code: StoreError.Code =
            switch error.code {
            case .permissionDenied, .readOnly: .denied
            case .noSpace: .full
            default: error.isTooLarge ? .tooLarge : .unavailable
            }
        self.init(code, error.description)
    }
}

extension ObjectInfo {
    /// A file as an object; each write makes another file, or at least another time of change.
    fileprivate init(_ name: String, _ status: FileStatus) {
        self.init(
            name: name,
            size: status.kind == .regular ? status.size : 0,
            modified: status.modified.seconds,
            tag: "\(status.inode).\(status.changed.seconds).\(status.changed.nanoseconds)"
        )
    }
}
