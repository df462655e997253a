internal import BuildspecFiles
internal import Synchronization

/// Tells whether a directory is a store, before anything else is done with it, and makes it one.
///
/// A store has a file `buildspec-store` beside its objects. A directory without one is a store if it is
/// missing or empty, or has objects of an older version of this program. Every other directory is
/// somebody's, and nothing in it is read, written or removed.
final class StoreMark: Sendable {
    static let name = "buildspec-store"

    private static let text = Array("buildspec-store 1\n".utf8)
    /// What a store has beside its objects, and what a new volume or repository may have in it.
    private static let known: Set<String> = [
        name, StoreLayout.top, "lock", "upkeep", "upkeep.lock", "lost+found", ".gitignore",
        ".gitkeep", "CACHEDIR.TAG",
    ]

    private enum State {
        case unknown
        /// It is one, or becomes one with the first object.
        case usable
        /// It is one, and its objects are made with these bits.
        case marked(FileAccess)
    }

    private let directory: PathBytes
    private let takesAnyDirectory: Bool
    private let access: FileAccess
    private let state = Mutex(State.unknown)

    /// Nothing is looked at yet.
    ///
    /// - Parameters:
    ///   - directory: the directory.
    ///   - takesAnyDirectory: whether somebody's directory becomes a store too.
    ///   - access: who may use a store that is made now.
    init(_ directory: PathBytes, takesAnyDirectory: Bool, access: FileAccess) {
        self.directory = directory
        self.takesAnyDirectory = takesAnyDirectory
        self.access = access
    }

    /// Looks once, before the first object is read or removed.
    ///
    /// - Throws: an error that names what else is in the directory.
    func check() throws(StoreError) {
        try state.withLock { state throws(StoreError) in try check(&state) }
    }

    /// Makes the directory a store, before the first object is written.
    ///
    /// The mark comes before the objects, so that of two processes that make one store at once each
    /// finds it empty or marked.
    ///
    /// - Returns: the access of what is written: that of the directory of the objects.
    /// - Throws: as `check`, and when the directory cannot be made.
    func prepare() throws(StoreError) -> FileAccess {
        try state.withLock { state throws(StoreError) in
            if case .marked(let access) = state { return access }
            try check(&state)
            do throws(FileError) {
                let made = try make()
                state = .marked(made)
                return made
            } catch {
                throw StoreError(error)
            }
        }
    }

    private func check(_ state: inout State) throws(StoreError) {
        guard case .unknown = state else { return }
        let found: String?
        do throws(FileError) {
            guard let handle = try StoreMark.existing(directory) else { return }
            found = takesAnyDirectory || isMarked ? nil : try stranger(in: handle)
        } catch {
            throw StoreError(error)
        }
        if let found {
            throw StoreError(
                .noStore,
                "'\(directory.text)' is no cache store: it holds '\(found)'; name an empty or new "
                    + "directory, or let --init-store take this one"
            )
        }
        state = .usable
    }

    private func make() throws(FileError) -> FileAccess {
        let objects = directory.appending(StoreLayout.top.utf8)
        let old = try StoreMark.existing(objects)?.status().mode
        let access = old.map { FileAccess(ofDirectory: $0) } ?? access
        let place = try AtomicFile.openMaking(directory, access: access)
        if old == nil { access.widen(place) }
        if !isMarked { try mark(access) }
        let handle = try AtomicFile.openMaking(objects, access: access)
        return FileAccess(ofDirectory: try handle.status().mode)
    }

    /// Writes the mark; where that is forbidden or there is no room, the objects say what it is.
    private func mark(_ access: FileAccess) throws(FileError) {
        do throws(FileError) {
            let path = directory.appending(StoreMark.name.utf8)
            try AtomicFile.write(StoreMark.text, to: path, access: access)
        } catch {
            guard [.readOnly, .permissionDenied, .noSpace].contains(error.code) else { throw error }
        }
    }

    /// A mark that a power cut has torn is none, and is written again.
    private var isMarked: Bool {
        let path = directory.appending(StoreMark.name.utf8)
        return (try? AtomicFile.read(path, limit: 256, followsLink: false)) == StoreMark.text
    }

    private static func existing(_ path: PathBytes) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }
}

// MARK: Stores without a mark

extension StoreMark {
    /// What tells that the directory is somebody's; `nil` if it is empty or an older store.
    private func stranger(in handle: DirectoryHandle) throws(FileError) -> String? {
        var found: String?
        for name in try handle.names() where !TemporaryName.matches(name) {
            let text = String(decoding: name, as: UTF8.self)
            if !StoreMark.known.contains(text), found == nil { found = text }
        }
        let top = directory.appending(StoreLayout.top.utf8)
        guard try handle.status(StoreLayout.top.utf8) != nil else { return found }
        guard let objects = try? DirectoryHandle.open(top) else { return found ?? StoreLayout.top }
        if try hasObject(objects, StoreLayout.top, &found) { return nil }
        return found
    }

    /// Whether there is an object of this program in a directory; `found` takes the first other file.
    private func hasObject(
        _ directory: DirectoryHandle,
        _ place: String,
        _ found: inout String?
    ) throws(FileError) -> Bool {
        for name in try directory.names() where !TemporaryName.matches(name) {
            let child = "\(place)/\(String(decoding: name, as: UTF8.self))"
            if ObjectName(child) != nil { return true }
            if StoreLayout.mayHold(child), try directory.status(name)?.kind == .directory {
                if try hasObject(directory.directory(name), child, &found) { return true }
            } else if found == nil {
                found = child
            }
        }
        return false
    }
}
