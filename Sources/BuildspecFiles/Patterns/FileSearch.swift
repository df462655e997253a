/// A search for the files that a pattern matches, and for those in matching directories; links are
/// followed.
///
/// Use it to read contents: a link to a file counts as the file, and a link to a directory as the
/// directory. A walk visits directories first without links and then through links. It visits a
/// directory once for each position in the pattern, so links that lead to each other do not make it
/// endless.
package struct FileSearch {
    /// A file that the pattern matches.
    package struct Match: Sendable {
        /// The path that matches, relative to the root or absolute; it can contain links.
        package var path: PathBytes
        /// The absolute path of the file, without links.
        package var location: PathBytes
    }

    /// The files, in path order.
    package private(set) var files: [Match] = []
    /// Files that were left out and that the user should know of, one line each.
    package private(set) var notes: [String] = []

    private let root: PathBytes
    private let resolver: ResolvedPaths
    private var visited: Set<Visit> = []
    /// Links that the search has to follow.
    private var links: [Link] = []
    /// The number of names that were visited through links; `nil` while no link is followed.
    private var namesThroughLinks: Int?
    /// The largest number of names to visit through links, because a link can lead to `/`.
    private let limit: Int
    private static let matchingEverything = FilePattern.parse("**").map(PatternCursor.init)[0]

    /// A directory, and the position in the pattern that it was visited at.
    private struct Visit: Hashable {
        var identity: FileStatus.Identity
        var cursor: PatternCursor
    }

    private struct Directory {
        var handle: DirectoryHandle
        var path: PathBytes
        var location: PathBytes
    }

    private struct Link {
        var path: PathBytes
        var location: PathBytes
        var cursor: PatternCursor
    }

    /// Finds the files that a pattern matches.
    ///
    /// - Parameters:
    ///   - text: The pattern, relative to the root or absolute.
    ///   - root: The absolute path of a directory, without links.
    ///   - isConfined: Whether links can only lead to files below the root, because a user other
    ///     than the one of this process can have created them.
    ///   - limit: The largest number of names to visit through links.
    /// - Throws: `LinkFailure` when a matching link leads to nothing, in a circle, to too many
    ///   files, or out of the root if confined; `FileError` when a matching file or a directory on
    ///   the way to one cannot be read; `CancellationError`.
    package init(
        _ text: String,
        in root: PathBytes,
        isConfined: Bool = false,
        limit: Int = 1_000_000
    ) throws {
        self.root = root
        self.limit = limit
        resolver = try ResolvedPaths(root: root, isConfined: isConfined)
        // An empty text is probably a variable without a value, and not the root.
        for text in text.isEmpty ? [] : FilePattern.parse(text) {
            let pattern = text.resolved(at: root)
            let known = files.count
            try search(pattern.topmost)
            let parents = text.leadingParents
            if parents > 0, pattern.isAbsolute { nameFromRoot(parents, from: known) }
        }
        var unique: [PathBytes: PathBytes] = [:]
        for file in files { unique[file.path] = file.location }
        files = unique.keys.sorted().map { Match(path: $0, location: unique[$0] ?? $0) }
    }

    /// Changes absolute paths to ones with leading `..`, so that they are the same in every checkout.
    private mutating func nameFromRoot(_ parents: Int, from start: Int) {
        let prefix = Array(repeating: "..", count: parents).joined(separator: "/")
        let above = max(0, root.components.count - parents)
        for index in files.indices[start...] {
            files[index].path = files[index].path.components.dropFirst(above)
                .reduce(PathBytes(prefix)) { $0.appending($1) }
        }
    }

    private mutating func search(_ pattern: FilePattern) throws {
        let (start, rest) = pattern.start(from: root)
        guard let location = try resolver.resolved(start, isWanted: true) else { return }
        let directory: DirectoryHandle
        do throws(FileError) {
            directory = try resolver.directory(location)
        } catch {
            if error.code == .notFound || error.code == .notDirectory { return }
            throw error
        }
        let names = pattern.literalNames.prefix(max(0, pattern.components.count - 1))
        let path = names.reduce(PathBytes(pattern.isAbsolute ? "/" : "")) { $0.appending($1) }
        try walk(
            Directory(handle: directory, path: path, location: location),
            PatternCursor(rest)
        )
        var next = 0
        namesThroughLinks = 0
        while next < links.count {
            try follow(links[next])
            next += 1
        }
        links = []
        visited = []
        namesThroughLinks = nil
    }

    private mutating func walk(_ directory: Directory, _ cursor: PatternCursor) throws {
        try Task.checkCancellation()
        let cursor = cursor.isComplete ? FileSearch.matchingEverything : cursor
        let identity = try directory.handle.status().identity
        guard visited.insert(Visit(identity: identity, cursor: cursor)).inserted else { return }
        let names = try cursor.literalNames ?? directory.handle.names()
        for name in names where !TemporaryName.matches(name) {
            var next = cursor
            next.descend(into: name)
            guard next.isComplete || !next.isDead else { continue }
            try visit(name, in: directory, next)
        }
    }

    private mutating func visit(
        _ name: [UInt8],
        in directory: Directory,
        _ cursor: PatternCursor
    ) throws {
        guard let status = try directory.handle.status(name) else { return }
        let path = directory.path.appending(name)
        if let count = namesThroughLinks {
            guard count < limit else {
                throw LinkFailure(path: path, reason: .tooManyNames(limit: limit))
            }
            namesThroughLinks = count + 1
        }
        let location = directory.location.appending(name)
        switch status.kind {
        case .regular:
            guard cursor.fits(isDirectory: false) else { return }
            files.append(Match(path: path, location: location))
        case .link: links.append(Link(path: path, location: location, cursor: cursor))
        case .special:
            guard cursor.fits(isDirectory: false) else { return }
            notes.append(TreeWalk.specialFileNote(path))
        case .directory:
            // A directory that cannot be read is an error, because its files must not silently be
            // missing.
            guard let child = try directory.handle.directoryIfExists(name) else { return }
            try walk(Directory(handle: child, path: path, location: location), cursor)
        }
    }

    private mutating func follow(_ link: Link) throws {
        // A link that leads nowhere could be meant as a directory.
        let isWanted = link.cursor.fits(isDirectory: true)
        guard let location = try resolver.resolved(link.location, isWanted: isWanted) else {
            if resolver.leadsOutside(link.location) {
                notes.append("'\(link.path.text)' leads out of the sources and was not followed")
            }
            return
        }
        guard location != PathBytes("/"), location != root else {
            let top = try resolver.directory(location)
            let child = Directory(handle: top, path: link.path, location: location)
            return try walk(child, link.cursor)
        }
        // The target is read by its resolved path and reported by the path of the link.
        let directory = try resolver.directory(location.parent)
        guard let status = try directory.status(location.split.name) else { return }
        let takesFile = link.cursor.fits(isDirectory: false)
        switch status.kind {
        case .regular:
            if takesFile { files.append(Match(path: link.path, location: location)) }
        case .directory:
            let child = try resolver.directory(location)
            try walk(Directory(handle: child, path: link.path, location: location), link.cursor)
        case .special: if takesFile { notes.append(TreeWalk.specialFileNote(link.path)) }
        case .link: break
        }
    }
}
