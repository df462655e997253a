internal import BuildspecFiles
internal import Synchronization

/// The check whether a directory is a store, and the marker that makes it one.
///
/// A store has a file `buildspec-store` next to its objects. A directory without that file is a
/// store if it is missing or empty, or has objects of an older version of this program. Any other
/// directory belongs to someone else, and nothing in it is read, written or deleted.
final class StoreMarker: Sendable {
    static let name = "buildspec-store"

    private static let text = Array("buildspec-store 1\n".utf8)
    /// The files of a store that are not objects, and those of a new volume or repository.
    private static let expectedNames: Set<String> = [
        name, StoreLayout.top, AutomaticPruning.name, "lost+found", ".gitignore", ".gitkeep",
        "CACHEDIR.TAG",
    ]

    private enum State {
        case unknown
        /// The directory is a store, or becomes one with the first object.
        case usable
        /// The directory is a store, whose new objects get these access rights.
        case marked(FileAccess)
    }

    private let directory: PathBytes
    private let takesAnyDirectory: Bool
    private let access: FileAccess
    private let state = Mutex(State.unknown)

    /// Creates the check; it reads nothing yet.
    init(_ directory: PathBytes, takesAnyDirectory: Bool, access: FileAccess) {
        self.directory = directory
        self.takesAnyDirectory = takesAnyDirectory
        self.access = access
    }

    /// Checks the directory once, before its first use; the error names a foreign file.
    func check() throws(StoreError) {
        try state.withLock { state throws(StoreError) in try check(&state) }
    }

    /// Makes the directory a store, before the first write; returns the access of new objects.
    ///
    /// The marker is written before the objects, so that of two processes that create a store at
    /// the same time each finds the directory empty or marked.
    func prepare() throws(StoreError) -> FileAccess {
        try state.withLock { state throws(StoreError) in
            if case .marked(let access) = state { return access }
            try check(&state)
            do throws(FileError) {
                let access = try createStore()
                state = .marked(access)
                return access
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
        if let problem { throw StoreError(.notAStore, "'\(directory.text)' \(problem)") }
        state = .usable
    }

    private func createStore() throws(FileError) -> FileAccess {
        let objects = directory.appending(StoreLayout.top.utf8)
        let mode = try StoreMarker.existing(objects)?.status().mode
        let access = mode.map { FileAccess(ofDirectory: $0) } ?? access
        let handle = try DirectoryHandle.creating(directory, access: access)
        if mode == nil { access.grantGroupAccess(to: handle) }
        if try content(in: handle) == .missing { try writeMarker(access) }
        let objectHandle = try DirectoryHandle.creating(objects, access: access)
        return FileAccess(ofDirectory: try objectHandle.status().mode)
    }

    /// Writes the marker; if it is forbidden or no space is left, the objects identify the store.
    private func writeMarker(_ access: FileAccess) throws(FileError) {
        do throws(FileError) {
            let path = directory.appending(StoreMarker.name.utf8)
            try AtomicFile.write(StoreMarker.text, to: path, access: access)
        } catch {
            guard [.readOnly, .permissionDenied, .noSpace].contains(error.code) else { throw error }
        }
    }

    /// Opens a directory; `nil` if it does not exist.
    static func existing(_ path: PathBytes) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }
}

// MARK: Contents of the directory

extension StoreMarker {
    /// The meaning of the marker file.
    private enum Content: Equatable {
        /// The file does not exist, or a power cut has truncated it; then it is written again.
        case missing
        case current
        /// The directory is a store of another version of this program, with this line.
        case otherVersion(String)
        /// The file was not written by this program.
        case foreign
    }

    private func content(in handle: DirectoryHandle) throws(FileError) -> Content {
        guard let status = try handle.status(StoreMarker.name.utf8) else { return .missing }
        guard status.kind == .regular, status.size <= 256 else { return .foreign }
        let path = directory.appending(StoreMarker.name.utf8)
        guard let bytes = try AtomicFile.read(path, limit: 256, followsLink: false) else {
            return .missing
        }
        if bytes == StoreMarker.text { return .current }
        if StoreMarker.text.starts(with: bytes) || bytes.allSatisfy({ $0 == 0 }) { return .missing }
        let line = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
        let isOther =
            line.hasPrefix("\(StoreMarker.name) ") && !StoreMarker.text.starts(with: line.utf8)
        return isOther ? .otherVersion(String(line)) : .foreign
    }

    /// Returns why the directory is not used as a store; `nil` if it is or may become one.
    private func problem(in handle: DirectoryHandle) throws(FileError) -> String? {
        switch try content(in: handle) {
        case .current: return nil
        case .otherVersion(let line):
            return
                "is a cache store of another version, '\(line)'; use the 'buildspec' that made it, "
                + "or name another directory"
        case .foreign: return StoreMarker.refusal(StoreMarker.name)
        case .missing: break
        }
        // The file would be overwritten, which `takesAnyDirectory` does not ask for.
        if try !AutomaticPruning.canWriteState(directory, in: handle) {
            return StoreMarker.refusal(AutomaticPruning.name)
        }
        guard !takesAnyDirectory, let found = try unexpectedFile(in: handle) else { return nil }
        return "is not a cache store: it contains '\(found)'; name an empty or new directory, or "
            + "pass --init-store to use this one"
    }

    private static func refusal(_ name: String) -> String {
        "cannot be a cache store: its file '\(name)' was not written by buildspec; "
            + "name another directory"
    }

    /// Returns a file that does not belong to a store; `nil` for an empty directory or older store.
    private func unexpectedFile(in handle: DirectoryHandle) throws(FileError) -> String? {
        var found: String?
        for name in try handle.names() where !TemporaryName.matches(name) {
            let text = String(decoding: name, as: UTF8.self)
            if try !isExpected(name, text, in: handle), found == nil { found = text }
        }
        let top = directory.appending(StoreLayout.top.utf8)
        guard try handle.status(StoreLayout.top.utf8) != nil else { return found }
        guard let objects = try? DirectoryHandle.open(top) else { return found ?? StoreLayout.top }
        if try hasObject(objects, StoreLayout.top, &found) { return nil }
        return found
    }

    /// Returns whether a store may have this file next to its objects; its locks are empty files.
    private func isExpected(
        _ name: [UInt8],
        _ text: String,
        in handle: DirectoryHandle
    ) throws(FileError) -> Bool {
        guard text == "lock" || text == "upkeep.lock" else {
            return StoreMarker.expectedNames.contains(text)
        }
        let status = try handle.status(name)
        return status.map { $0.kind == .regular && $0.size == 0 } ?? true
    }

    /// Returns whether a directory contains an object; sets `found` to the first other file.
    private func hasObject(
        _ directory: DirectoryHandle,
        _ path: String,
        _ found: inout String?
    ) throws(FileError) -> Bool {
        for name in try directory.names() where !TemporaryName.matches(name) {
            let child = "\(path)/\(String(decoding: name, as: UTF8.self))"
            if ObjectName(child) != nil { return true }
            if StoreLayout.mayContainObjects(child), try directory.status(name)?.kind == .directory
            {
                if try hasObject(directory.directory(name), child, &found) { return true }
            } else if found == nil {
                found = child
            }
        }
        return false
    }
}
