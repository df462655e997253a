/// Opens files and directories by paths without links, and resolves the links of paths.
package struct ResolvedPaths: Sendable {
    private let root: PathBytes
    private let handle: DirectoryHandle
    private let isConfined: Bool

    /// Creates a resolver for paths in a directory.
    ///
    /// - Parameters:
    ///   - root: The absolute path of the directory, without links.
    ///   - isConfined: Whether only files below the root can be reached.
    /// - Throws: `FileError` when the root cannot be opened.
    package init(root: PathBytes, isConfined: Bool) throws(FileError) {
        self.root = root
        self.isConfined = isConfined
        handle = try DirectoryHandle.open(root)
    }

    /// Opens a file for reading.
    ///
    /// - Parameter path: The absolute path of the file, without links.
    /// - Returns: The open file.
    /// - Throws: `FileError` when the file cannot be opened, or a link has replaced a part of the path.
    package func file(_ path: PathBytes) throws(FileError) -> OpenFile {
        try OpenFile.reading(path.split.name, in: directory(path.parent))
    }

    /// Opens a directory; below the root, a link that has replaced a part of the path is not followed.
    func directory(_ path: PathBytes) throws(FileError) -> DirectoryHandle {
        if path == root { return handle }
        let isFileSystemRoot = root == PathBytes("/")
        guard isFileSystemRoot || path.isWithin(root) else { return try DirectoryHandle.open(path) }
        var cursor = DirectoryCursor(root: handle)
        let names = path.components.dropFirst(root.components.count)
        return try cursor.directory(names[...])
    }

    /// Resolves the links of a path.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - isWanted: Whether a pattern matches the path, so that the file must be found.
    /// - Returns: The path without links; `nil` when the file does not exist or must not be reached.
    /// - Throws: `LinkFailure` when the path is wanted and a link cannot be resolved; `FileError`.
    func resolved(_ path: PathBytes, isWanted: Bool) throws -> PathBytes? {
        do throws(FileError) {
            let target = try Machine.absolute(path)
            guard isConfined, target != root, !target.isWithin(root) else { return target }
        } catch {
            switch error.code {
            case .notFound, .notDirectory, .isLink:
                if isWanted, let failure = LinkFailure(on: path, error) { throw failure }
                return nil
            default:
                if isWanted { throw error }
                return nil
            }
        }
        if isWanted { throw LinkFailure(path: path, reason: .outsideRoot) }
        return nil
    }

    /// Returns whether a link leads to a file that must not be reached.
    func leadsOutside(_ path: PathBytes) -> Bool {
        guard isConfined, let target = try? Machine.absolute(path) else { return false }
        return target != root && !target.isWithin(root)
    }
}

/// The error that a link which a pattern matches leads to nothing that can be read.
package struct LinkFailure: Error, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        case missingTarget(PathBytes)
        case cycle
        case outsideRoot
        case tooManyNames(limit: Int)
    }

    package var path: PathBytes
    package var reason: Reason

    package var description: String {
        switch reason {
        case .missingTarget(let target):
            "'\(path.text)' is a symbolic link to '\(target.text)', which does not exist"
        case .cycle: "'\(path.text)' is a symbolic link that leads in a circle"
        case .outsideRoot: "'\(path.text)' leads out of the sources"
        case .tooManyNames(let limit):
            "symbolic links lead to more than \(limit) files and directories, such as '\(path.text)'; "
                + "name fewer files"
        }
    }

    init(path: PathBytes, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Finds the first link in a path that cannot be resolved; `nil` if no link is the cause.
    init?(on path: PathBytes, _ error: FileError) {
        var prefix = PathBytes("/")
        for name in path.components {
            guard let directory = try? DirectoryHandle.open(prefix),
                let status = try? directory.status(name)
            else { return nil }
            prefix = prefix.appending(name)
            guard status.kind == .link else { continue }
            do throws(FileError) {
                _ = try Machine.absolute(prefix)
            } catch {
                guard error.code != .isLink else {
                    self.init(path: prefix, reason: .cycle)
                    return
                }
                guard let target = try? directory.linkTarget(name) else { return nil }
                self.init(path: prefix, reason: .missingTarget(PathBytes(target)))
                return
            }
        }
        return nil
    }
}
