/// Reaches files and directories by paths without links, and finds out where links lead.
package struct ResolvedPaths: Sendable {
    private let root: PathBytes
    private let handle: DirectoryHandle
    private let isConfined: Bool

    /// Creates it.
    ///
    /// - Parameters:
    ///   - root: the absolute path of a directory, without links in it.
    ///   - isConfined: whether nothing is reached but what is below the root.
    /// - Throws: when the root cannot be opened.
    package init(root: PathBytes, isConfined: Bool) throws(FileError) {
        self.root = root
        self.isConfined = isConfined
        handle = try DirectoryHandle.open(root)
    }

    /// Opens a file.
    ///
    /// - Parameter place: its absolute path, without links in it.
    /// - Returns: the file.
    /// - Throws: when it cannot be opened, or a link stands there by now.
    package func file(_ place: PathBytes) throws(FileError) -> OpenFile {
        try OpenFile.reading(place.split.name, in: directory(place.parent))
    }

    /// Opens a directory; below the root a link that stands there by now is not followed.
    func directory(_ place: PathBytes) throws(FileError) -> DirectoryHandle {
        if place == root { return handle }
        let top = root == PathBytes("/")
        guard top || place.isWithin(root) else { return try DirectoryHandle.open(place) }
        var cursor = DirectoryCursor(root: handle)
        let names = place.components.dropFirst(root.components.count)
        return try cursor.directory(names[...])
    }

    /// The path without links.
    ///
    /// - Parameters:
    ///   - path: an absolute path.
    ///   - isWanted: whether what is there fits a pattern, so that it must be found.
    /// - Returns: the path; `nil` when there is nothing, or nothing that may be reached.
    /// - Throws: `LinkFailure` when it is wanted and a link is in the way; `FileError`.
    func resolved(_ path: PathBytes, isWanted: Bool) throws -> PathBytes? {
        do throws(FileError) {
            let place = try Machine.absolute(path)
            guard isConfined, place != root, !place.isWithin(root) else { return place }
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
        if isWanted { throw LinkFailure(path: path, reason: .leadsOut) }
        return nil
    }

    /// Whether a link leads to something that must not be reached.
    func leadsOut(_ path: PathBytes) -> Bool {
        guard isConfined, let place = try? Machine.absolute(path) else { return false }
        return place != root && !place.isWithin(root)
    }
}

/// A link that fits a pattern and leads to nothing that can be read.
package struct LinkFailure: Error, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        case dangles(target: PathBytes)
        case circle
        case leadsOut
        case tooMuch(limit: Int)
    }

    package var path: PathBytes
    package var reason: Reason

    package var description: String {
        switch reason {
        case .dangles(let target):
            "'\(path.text)' is a symbolic link to '\(target.text)', which does not exist"
        case .circle: "'\(path.text)' is a symbolic link that leads in a circle"
        case .leadsOut: "'\(path.text)' leads out of the sources"
        case .tooMuch(let limit):
            "symbolic links lead to more than \(limit) files and directories, such as '\(path.text)'; "
                + "name fewer files"
        }
    }

    init(path: PathBytes, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// The first link on a path that cannot be resolved; `nil` where no link is at fault.
    init?(on path: PathBytes, _ error: FileError) {
        var place = PathBytes("/")
        for name in path.components {
            guard let directory = try? DirectoryHandle.open(place),
                let status = try? directory.status(name)
            else { return nil }
            place = place.appending(name)
            guard status.kind == .link else { continue }
            do throws(FileError) {
                _ = try Machine.absolute(place)
            } catch {
                guard error.code != .isLink else {
                    self.init(path: place, reason: .circle)
                    return
                }
                guard let target = try? directory.linkTarget(name) else { return nil }
                self.init(path: place, reason: .dangles(target: PathBytes(target)))
                return
            }
        }
        return nil
    }
}
