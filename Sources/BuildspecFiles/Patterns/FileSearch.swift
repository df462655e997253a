/// Finds the files that a pattern matches, and those in directories that it matches, through links too.
///
/// It is for what reads contents and keeps no links: a link to a file is that file, a link to a
/// directory that directory. Directories are gone through first by their own names, then by links, and
/// each once in the same place of the pattern, so that links which lead to one another come to an end.
package struct FileSearch {
    /// A file by the name that the pattern gives it.
    package struct Found: Sendable {
        /// Its path, relative to the root or absolute, with the names of links in it.
        package var path: PathBytes
        /// Where it is: an absolute path without links.
        package var place: PathBytes
    }

    /// The files, in path order.
    package private(set) var files: [Found] = []
    /// Things left out that the user should know of, one line each.
    package private(set) var notes: [String] = []

    private let root: PathBytes
    private let places: ResolvedPaths
    private var visited: Set<Visit> = []
    /// Links that are still to be looked behind.
    private var links: [Link] = []
    /// How many names behind links were looked at; `nil` while none is followed.
    private var behindLinks: Int?
    /// A link to `/` leads to more than anybody means.
    private let limit: Int
    private static let everything = FilePattern.parse("**").map(PatternCursor.init)[0]

    /// A directory, by what a pattern may still match in it.
    private struct Visit: Hashable {
        var identity: FileStatus.Identity
        var cursor: PatternCursor
    }

    private struct Directory {
        var handle: DirectoryHandle
        var path: PathBytes
        var place: PathBytes
    }

    private struct Link {
        var path: PathBytes
        var place: PathBytes
        var cursor: PatternCursor
    }

    /// Looks for what a pattern matches.
    ///
    /// - Parameters:
    ///   - text: the pattern, relative to the root or absolute.
    ///   - root: the absolute path of a directory, without links in it.
    ///   - isConfined: whether links may only lead to what is below the root, because another one than
    ///     this program's user can have made them.
    ///   - limit: how many names behind links are looked at.
    /// - Throws: `LinkFailure` for a link that fits and leads nowhere, in a circle, to too much, or out of where it
    ///   is confined to; `FileError` when a file that fits cannot be looked at, or a directory cannot be read in
    ///   which one may be; `CancellationError`.
    package init(
        _ text: String,
        in root: PathBytes,
        isConfined: Bool = false,
        limit: Int = 1_000_000
    ) throws {
        self.root = root
        self.limit = limit
        places = try ResolvedPaths(root: root, isConfined: isConfined)
        for text in FilePattern.parse(text) {
            let pattern = text.settled(at: root)
            guard !pattern.isRoot else { continue }
            let known = files.count
            try search(pattern.tops)
            if text.climbs > 0, pattern.isAbsolute { nameFromRoot(text.climbs, from: known) }
        }
        var unique: [PathBytes: PathBytes] = [:]
        for file in files { unique[file.path] = file.place }
        files = unique.keys.sorted().map { Found(path: $0, place: unique[$0] ?? $0) }
    }

    /// Names what was found above the root by `..`, so that it has the same name in every checkout.
    private mutating func nameFromRoot(_ climbs: Int, from start: Int) {
        let ups = Array(repeating: "..", count: climbs).joined(separator: "/")
        let above = max(0, root.components.count - climbs)
        for index in files.indices[start...] {
            files[index].path = files[index].path.components.dropFirst(above)
                .reduce(PathBytes(ups)) { $0.appending($1) }
        }
    }

    private mutating func search(_ pattern: FilePattern) throws {
        let (start, rest) = pattern.start(from: root)
        guard let place = try places.resolved(start, isWanted: true) else { return }
        let directory: DirectoryHandle
        do throws(FileError) {
            directory = try places.directory(place)
        } catch {
            if error.code == .notFound || error.code == .notDirectory { return }
            throw error
        }
        let names = pattern.literalNames.prefix(max(0, pattern.components.count - 1))
        let path = names.reduce(PathBytes(pattern.isAbsolute ? "/" : "")) { $0.appending($1) }
        try walk(
            Directory(handle: directory, path: path, place: place),
            PatternCursor(rest)
        )
        var next = 0
        behindLinks = 0
        while next < links.count {
            try follow(links[next])
            next += 1
        }
        links = []
        visited = []
        behindLinks = nil
    }

    private mutating func walk(_ directory: Directory, _ cursor: PatternCursor) throws {
        try Task.checkCancellation()
        let cursor = cursor.isComplete ? FileSearch.everything : cursor
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
        if let count = behindLinks {
            guard count < limit else {
                throw LinkFailure(path: path, reason: .tooMuch(limit: limit))
            }
            behindLinks = count + 1
        }
        let place = directory.place.appending(name)
        switch status.kind {
        case .regular:
            if cursor.fits(isDirectory: false) { files.append(Found(path: path, place: place)) }
        case .link: links.append(Link(path: path, place: place, cursor: cursor))
        case .special: if cursor.fits(isDirectory: false) { notes.append(TreeWalk.special(path)) }
        case .directory:
            // What cannot be looked at must not be missing in silence, so it is an error.
            guard let child = try directory.handle.directoryIfThere(name) else { return }
            try walk(Directory(handle: child, path: path, place: place), cursor)
        }
    }

    private mutating func follow(_ link: Link) throws {
        let isWanted = link.cursor.fits(isDirectory: false)
        guard let place = try places.resolved(link.place, isWanted: isWanted) else {
            if places.leadsOut(link.place) {
                notes.append("'\(link.path.text)' leads out of the sources and was not followed")
            }
            return
        }
        guard place != PathBytes("/"), place != root else {
            let top = try places.directory(place)
            return try walk(Directory(handle: top, path: link.path, place: place), link.cursor)
        }
        let (above, name) = (place.parent, Array(place.split.name))
        // What is behind the link is looked at by its own name, and found by the link's.
        let directory = try places.directory(above)
        guard let status = try directory.status(name) else { return }
        switch status.kind {
        case .regular:
            if link.cursor.fits(isDirectory: false) {
                files.append(Found(path: link.path, place: place))
            }
        case .directory:
            let child = Directory(
                handle: try places.directory(place),
                path: link.path,
                place: place
            )
            try walk(child, link.cursor)
        case .special:
            if link.cursor.fits(isDirectory: false) { notes.append(TreeWalk.special(link.path)) }
        case .link: break
        }
    }
}
