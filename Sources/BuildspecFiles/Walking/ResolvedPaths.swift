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
    /// - Throws: `FileError` when the file cannot be opened, or a link has replaced a part of the
    ///   path.
    package func file(_ path: PathBytes) throws(FileError) -> OpenFile {
        try OpenFile.reading(path.split.name, in: directory(path.parent))
    }

    /// Opens a directory; below the root, a link that has replaced a part of the path is not
    /// followed.
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
            guard isWanted else { return nil }
            if let failure = LinkFailure(on: path, error) { throw failure }
            switch error.code {
            case .notFound, .notDirectory, .isLink: return nil
            default: throw error
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
