internal import BuildspecFiles
internal import Synchronization

/// Tells whether a directory is a store, before anything else is done with it, and makes it one.
///
/// A store has a file `buildspec-store` beside its objects. A directory without one is a store if it is
/// missing or empty, or has objects of an older version of this program. Every other directory is
/// somebody's, and nothing in it is read, written or removed.
final class StoreMarker: Sendable {
    static let name = "buildspec-store"

    private static let text = Array("buildspec-store 1\n".utf8)
    /// What a store has beside its objects, and what a new volume or repository may have in it.
    private static let known: Set<String> = [
        name, StoreLayout.top, AutomaticPruning.name, "lost+found", ".gitignore", ".gitkeep",
        "CACHEDIR.TAG",
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
        let problem: String?
        do throws(FileError) {
            guard let handle = try StoreMarker.existing(directory) else { return }
            problem = try self.problem(in: handle)
        } catch {
            throw StoreError(error)
        }
        if let problem { throw StoreError(.noStore, "'\(directory.text)' \(problem)") }
        state = .usable
    }

    private func make() throws(FileError) -> FileAccess {
        let objects = directory.appending(StoreLayout.top.utf8)
        let old = try StoreMarker.existing(objects)?.status().mode
        let access = old.map { FileAccess(ofDirectory: $0) } ?? access
        let place = try AtomicFile.openMaking(directory, access: access)
        if old == nil { access.widen(place) }
        if try content(in: place) == .none { try mark(access) }
        let handle = try AtomicFile.openMaking(objects, access: access)
        return FileAccess(ofDirectory: try handle.status().mode)
    }

    /// Writes the mark; where that is forbidden or there is no room, the objects say what it is.
    private func mark(_ access: FileAccess) throws(FileError) {
        do throws(FileError) {
            let path = directory.appending(StoreMarker.name.utf8)
            try AtomicFile.write(StoreMarker.text, to: path, access: access)
        } catch {
            guard [.readOnly, .permissionDenied, .noSpace].contains(error.code) else { throw error }
        }
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

// MARK: What is in the directory

extension StoreMarker {
    /// What the file of the mark says.
    private enum Content: Equatable {
        /// There is none; one that a power cut has torn is none either, and is written again.
        case none
        /// It is a store.
        case own
        /// It is a store of another version of this program, by this line.
        case other(String)
        /// It is somebody's file.
        case foreign
    }

    private func content(in handle: DirectoryHandle) throws(FileError) -> Content {
        guard let status = try handle.status(StoreMarker.name.utf8) else { return .none }
        guard status.kind == .regular, status.size <= 256 else { return .foreign }
        let path = directory.appending(StoreMarker.name.utf8)
        guard let bytes = try AtomicFile.read(path, limit: 256, followsLink: false) else {
            return .none
        }
        if bytes == StoreMarker.text { return .own }
        if StoreMarker.text.starts(with: bytes) || bytes.allSatisfy({ $0 == 0 }) { return .none }
        let line = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
        let isOther =
            line.hasPrefix("\(StoreMarker.name) ") && !StoreMarker.text.starts(with: line.utf8)
        return isOther ? .other(String(line)) : .foreign
    }

    /// Why the directory is not used as a store; `nil` if it is or may become one.
    private func problem(in handle: DirectoryHandle) throws(FileError) -> String? {
        switch try content(in: handle) {
        case .own: return nil
        case .other(let line):
            return
                "is a cache store of another version, '\(line)'; use the 'buildspec' that made it, "
                + "or name another directory"
        case .foreign: return StoreMarker.refusal(StoreMarker.name)
        case .none: break
        }
        // It would be written over, which nobody asks for with an option about the directory.
        if try !AutomaticPruning.isFree(directory, in: handle) {
            return StoreMarker.refusal(AutomaticPruning.name)
        }
        guard !takesAnyDirectory, let found = try stranger(in: handle) else { return nil }
        return "is no cache store: it holds '\(found)'; name an empty or new directory, or let "
            + "--init-store take this one"
    }

    private static func refusal(_ name: String) -> String {
        "cannot be a cache store: a store has a file '\(name)' of its own, and this one is somebody's; "
            + "name another directory"
    }

    /// What tells that the directory is somebody's; `nil` if it is empty or an older store.
    private func stranger(in handle: DirectoryHandle) throws(FileError) -> String? {
        var found: String?
        for name in try handle.names() where !TemporaryName.matches(name) {
            let text = String(decoding: name, as: UTF8.self)
            if try !isKnown(name, text, in: handle), found == nil { found = text }
        }
        let top = directory.appending(StoreLayout.top.utf8)
        guard try handle.status(StoreLayout.top.utf8) != nil else { return found }
        guard let objects = try? DirectoryHandle.open(top) else { return found ?? StoreLayout.top }
        if try hasObject(objects, StoreLayout.top, &found) { return nil }
        return found
    }

    /// Whether a store may have a name beside its objects; a lock of a store is empty.
    private func isKnown(
        _ name: [UInt8],
        _ text: String,
        in handle: DirectoryHandle
    ) throws(FileError) -> Bool {
        guard text == "lock" || text == "upkeep.lock" else {
            return StoreMarker.known.contains(text)
        }
        let status = try handle.status(name)
        return status.map { $0.kind == .regular && $0.size == 0 } ?? true
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
