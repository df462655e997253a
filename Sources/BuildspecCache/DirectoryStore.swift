internal import BuildspecFiles
public import SystemPackage

/// A store in a directory: every object is a file of its name.
///
/// A bucket filled by `aws s3 sync` from such a directory is the same store, and the other way round.
public struct DirectoryStore: LocalCacheStore {
    /// The directory, made when the first object is written.
    public let directory: FilePath

    /// Creates a store over a directory.
    ///
    /// - Parameter directory: its path, which is trusted: links in it are followed.
    public init(_ directory: FilePath) {
        self.directory = directory
    }

    /// The directory's path.
    public var location: String { directory.string }

    /// Reads the file of that name.
    public func read(_ name: String, limit: UInt64) throws(StoreError) -> [UInt8]? {
        try translating { () throws(FileError) in
            if let bytes = try AtomicFile.read(path(name), limit: limit) { return bytes }
            // A store that is a file is a mistake and not an empty store.
            _ = try existing(PathBytes(directory.string))
            return nil
        }
    }

    /// Writes a temporary file and renames it.
    public func write(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try translating { () throws(FileError) in
            try AtomicFile.write(bytes, to: path(name))
        }
    }

    /// Writes a temporary file and gives it the name if nothing has it.
    public func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
        try translating { () throws(FileError) in
            try AtomicFile.create(bytes, at: path(name))
        }
    }

    /// Begins a temporary file, which is renamed at the end.
    ///
    /// It lies where packs do, which may be another file system than the rest of the store.
    public func draft() throws(StoreError) -> (any ObjectDraft)? {
        try translating { () throws(FileError) in
            Draft(store: self, file: try FileDraft(in: path(String(StoreLayout.packs.dropLast()))))
        }
    }

    private struct Draft: ObjectDraft {
        let store: DirectoryStore
        let file: FileDraft

        func append(_ bytes: [UInt8]) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.append(bytes) }
        }

        func place(at name: String) throws(StoreError) {
            try store.translating { () throws(FileError) in try file.place(at: store.path(name)) }
        }
    }

    /// Looks at the file of that name.
    public func info(_ name: String) throws(StoreError) -> ObjectInfo? {
        try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try existing(PathBytes(Array(parent))) else { return nil }
            guard let status = try handle.status(file), status.kind == .regular else { return nil }
            return ObjectInfo(name, status)
        }
    }

    /// Walks the directories that the prefix names.
    public func list(prefix: String) throws(StoreError) -> [ObjectInfo] {
        try translating { () throws(FileError) in
            let start = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
            var found: [ObjectInfo] = []
            guard let handle = try existing(path(start)) else { return [] }
            try collect(handle, start, prefix, &found)
            return found
        }
    }

    /// Removes the file of that name.
    public func delete(_ name: String) throws(StoreError) {
        try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try existing(PathBytes(Array(parent))) else { return }
            do throws(FileError) {
                try handle.removeFile(file)
            } catch {
                if error.code != .notFound { throw error }
            }
        }
    }

    /// Sets the file's time to now.
    public func refresh(_ name: String) throws(StoreError) {
        try translating { () throws(FileError) in
            let (parent, file) = path(name).split
            guard let handle = try existing(PathBytes(Array(parent))) else { return }
            // A prune does not look and remove while this lock is held.
            let lock = lock(.shared)
            defer { withExtendedLifetime(lock) {} }
            try handle.setModified(file, .now())
        }
    }

    /// Looks through all directories of the store.
    public func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int {
        try translating { () throws(FileError) in
            guard let store = try existing(PathBytes(directory.string)) else { return 0 }
            // Beside the objects, where the store keeps what it knows of itself.
            let count = Leftovers.removeAll(in: store, dryRun: dryRun)
            guard let objects = try existing(path(StoreLayout.top)) else { return count }
            return try count + removeLeftovers(in: objects, dryRun)
        }
    }

    private func removeLeftovers(
        in directory: DirectoryHandle,
        _ dryRun: Bool
    ) throws(FileError) -> Int {
        var count = Leftovers.removeAll(in: directory, dryRun: dryRun)
        for name in try directory.names() where !TemporaryName.matches(name) {
            guard try directory.status(name)?.kind == .directory else { continue }
            count += try removeLeftovers(in: directory.directory(name), dryRun)
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
            let child = (name.isEmpty ? "" : name + "/") + String(decoding: bytes, as: UTF8.self)
            // A directory may lead to the prefix, or lie below it.
            guard child.hasPrefix(prefix) || prefix.hasPrefix(child) else { continue }
            guard let status = try directory.status(bytes) else { continue }
            if status.kind == .directory {
                try collect(directory.directory(bytes), child, prefix, &found)
            } else if status.kind == .regular, child.hasPrefix(prefix) {
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
            let code: StoreError.Code =
                switch error.code {
                case .permissionDenied, .readOnly: .denied
                case .noSpace: .full
                default: error.isTooLarge ? .tooLarge : .unavailable
                }
            throw StoreError(code, error.description)
        }
    }
}

extension ObjectInfo {
    /// A file as an object; each write makes another file, or at least another time of change.
    fileprivate init(_ name: String, _ status: FileStatus) {
        self.init(
            name: name,
            size: status.size,
            modified: status.modified.seconds,
            tag: "\(status.inode).\(status.changed.seconds).\(status.changed.nanoseconds)"
        )
    }
}
