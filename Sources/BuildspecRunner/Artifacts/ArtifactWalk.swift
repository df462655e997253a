internal import BuildspecFiles

/// Finds the files and directories that a pattern of the artifacts section matches.
///
/// Unlike the cache's walk, this one follows links, as CodeBuild's upload does, and a directory does not
/// stand for its files: `build` matches a file of that name, `build/**/*` all files below.
struct ArtifactWalk {
    /// A file or directory that the pattern matches.
    struct Match: Sendable {
        var path: PathBytes
        /// Whether the path leads to a directory, links followed unless they are kept.
        var isDirectory: Bool
        var isLink: Bool
        /// Whether the file is a link without a target.
        var isDangling = false
        /// The time of the file, links followed; `nil` for a directory and without a target.
        var modified: FileTime?
    }

    /// An error for a walk that would start in the directory that artifacts are collected into.
    struct StartsInTarget: Error {
        var start: PathBytes
    }

    /// An error for links to directories that lead to too many files, because they lead to one another.
    struct LinkLimitExceeded: Error, CustomStringConvertible {
        var start: PathBytes
        var limit: Int

        var description: String {
            "links below '\(start.text)' lead to more than \(limit) files and directories; "
                + "keep them as links with 'enable-symlinks: yes', or name fewer 'files'"
        }
    }

    /// The positions of patterns at a directory.
    private struct Cursors {
        var included: PatternCursor
        /// The excluding patterns, at the directory above; only directories need them.
        var excluded: [PatternCursor]

        /// Returns the cursors below a directory; `nil` if nothing there can match.
        func below(_ directory: [UInt8]) -> Cursors? {
            if included.isDead { return nil }
            var excluded = excluded
            for index in excluded.indices { excluded[index].descend(into: directory) }
            // A literal name needs no search, and a missing file gets a warning.
            if included.literalNames == nil, excluded.contains(where: \.matchesAllBelow) {
                return nil
            }
            return Cursors(included: included, excluded: excluded)
        }
    }

    /// The number of files that are visited through links to directories, which may have many paths each.
    static let limit = 1_000_000

    /// The matches, in path order.
    private(set) var matches: [Match] = []
    /// The links without a target that are not kept as links.
    private(set) var dangling: [PathBytes] = []
    /// The excluded files and directories that the walk came to.
    private(set) var skipped: [FileStatus.Identity: PathBytes] = [:]
    /// The directories that a search cannot read.
    private(set) var unreadable: [PathBytes] = []
    private let isSearch: Bool
    private let start: PathBytes
    private let limit: Int
    private let excluded: Set<FileStatus.Identity>
    /// The excluded directories in which nothing matches, by whatever path.
    private let closed: Set<FileStatus.Identity>
    /// Returns whether a matching link stays a link and is not followed.
    private let keepsLink: (PathBytes) throws -> Bool
    private var linkedFiles = 0

    /// Finds the matches of a pattern; a start that does not exist has none.
    ///
    /// The walk must not start in `target`. The `exclusions` are patterns at the start; a directory in
    /// which one of them matches all files is not searched. A search skips links, and directories that it
    /// cannot read.
    ///
    /// - Throws: `FileError` if a directory cannot be read, `StartsInTarget`, `LinkLimitExceeded`, or
    ///   `CancellationError` if the task was cancelled, because links may lead to very many files.
    init(
        _ pattern: ArtifactPattern,
        excluding excluded: Set<FileStatus.Identity>,
        closed: Set<FileStatus.Identity> = [],
        outside target: FileStatus.Identity? = nil,
        pruning exclusions: [PatternCursor] = [],
        limit: Int = ArtifactWalk.limit,
        isSearch: Bool = false,
        keepsLink: @escaping (PathBytes) throws -> Bool = { _ in false }
    ) throws {
        self.limit = limit
        self.isSearch = isSearch
        self.excluded = excluded
        self.closed = closed
        self.keepsLink = keepsLink
        start = pattern.start
        guard let directory = try ArtifactWalk.directory(start) else { return }
        let above = try ArtifactWalk.above(directory)
        if let target, above.contains(target) { throw StartsInTarget(start: start) }
        guard !skipIfClosed(start, in: above) else { return }
        try walk(
            directory,
            Cursors(included: PatternCursor(pattern.pattern), excluded: exclusions),
            above,
            isLinked: false
        )
        matches.sort { $0.path < $1.path }
    }

    /// Returns a directory and all above, to which no link may lead back.
    ///
    /// They are not opened, because a user may not be able to list the directories above the home.
    private static func above(_ start: DirectoryHandle) throws(FileError) -> [FileStatus.Identity] {
        var identities = [try start.status().identity]
        var climb = ".."
        while let identity = try start.status(climb.utf8)?.identity, identity != identities.last {
            identities.append(identity)
            climb += "/.."
        }
        return identities
    }

    /// Returns whether a path is in a closed directory, and then adds the path to `skipped`.
    private mutating func skipIfClosed(_ path: PathBytes, in above: [FileStatus.Identity]) -> Bool {
        guard let identity = above.first(where: closed.contains) else { return false }
        skipped[identity] = path
        return true
    }

    private mutating func walk(
        _ directory: DirectoryHandle,
        _ cursors: Cursors,
        _ above: [FileStatus.Identity],
        isLinked: Bool
    ) throws {
        try Task.checkCancellation()
        let names: [[UInt8]]
        do throws(FileError) {
            if let literal = cursors.included.literalNames {
                names = literal
            } else {
                names = try directory.names()
            }
        } catch {
            guard isSearch else { throw error }
            return unreadable.append(directory.path)
        }
        for name in names where !TemporaryName.matches(name) {
            var next = cursors
            next.included.descend(into: name)
            guard next.included.isComplete || !next.included.isDead else { continue }
            try visit(name, in: directory, next, above, isLinked: isLinked)
        }
    }

    private mutating func visit(
        _ name: [UInt8],
        in directory: DirectoryHandle,
        _ cursors: Cursors,
        _ above: [FileStatus.Identity],
        isLinked: Bool
    ) throws {
        guard let status = try directory.status(name) else { return }
        if isLinked { linkedFiles += 1 }
        guard linkedFiles <= limit else { throw LinkLimitExceeded(start: start, limit: limit) }
        let path = directory.path.appending(name)
        let isLink = status.kind == .link
        if isLink, isSearch { return }
        let child: DirectoryHandle?
        do throws(FileError) {
            child = try self.child(path, status)
        } catch {
            guard isSearch else { throw error }
            return unreadable.append(path)
        }
        if let child {
            let identity = try child.status().identity
            if excluded.contains(identity) {
                skipped[identity] = path
                return
            }
            // Following a link to a directory above would never end.
            guard !above.contains(identity) else { return }
            if isLink, try skipIfClosed(path, in: ArtifactWalk.above(child)) { return }
            if cursors.included.isComplete {
                let isKept = try isLink && keepsLink(path)
                matches.append(Match(path: path, isDirectory: !isKept, isLink: isLink))
                if isKept { return }
            }
            if let below = cursors.below(name) {
                try walk(child, below, above + [identity], isLinked: isLinked || isLink)
            }
        } else if cursors.included.fits(isDirectory: false) {
            try addFile(path, status)
        }
    }

    /// Adds a file, or a link that does not lead to a directory.
    private mutating func addFile(_ path: PathBytes, _ status: FileStatus) throws {
        let isLink = status.kind == .link
        guard let file = isLink ? try ArtifactWalk.target(path) : status else {
            guard try keepsLink(path) else { return dangling.append(path) }
            let match = Match(path: path, isDirectory: false, isLink: true, isDangling: true)
            return matches.append(match)
        }
        guard file.kind == .regular else { return }
        if excluded.contains(file.identity) {
            skipped[file.identity] = path
        } else {
            matches.append(
                Match(path: path, isDirectory: false, isLink: isLink, modified: file.modified)
            )
        }
    }

    private func child(
        _ path: PathBytes,
        _ status: FileStatus
    ) throws(FileError) -> DirectoryHandle? {
        switch status.kind {
        // A directory that was deleted since it was listed has no matches.
        case .directory, .link: try ArtifactWalk.directory(path)
        case .regular, .special: nil
        }
    }

    /// Returns the status of a link's target; `nil` if it does not exist.
    private static func target(_ link: PathBytes) throws(FileError) -> FileStatus? {
        do throws(FileError) {
            return try OpenFile.reading(link).status()
        } catch {
            if error.code == .notFound || error.code == .isLink || error.code == .notDirectory {
                return nil
            }
            throw error
        }
    }

    /// Opens the directory at a path, links followed; returns `nil` if it does not exist.
    static func directory(_ path: PathBytes) throws(FileError) -> DirectoryHandle? {
        do throws(FileError) {
            return try DirectoryHandle.open(path)
        } catch {
            switch error.code {
            case .notFound, .notDirectory, .isLink: return nil
            default: throw error
            }
        }
    }
}

/// A pattern of the artifacts section, split into the directory to start in and the rest.
struct ArtifactPattern: Sendable {
    /// The pattern's text in the buildspec file, with variables replaced.
    let text: String
    let start: PathBytes
    /// The pattern below `start`; empty for `start` itself.
    let pattern: FilePattern
    /// Whether the whole pattern has no wildcards.
    let isLiteral: Bool

    /// Parses a pattern, which is relative to `base` or absolute; braces give several.
    static func parse(_ text: String, base: PathBytes) -> [ArtifactPattern] {
        FilePattern.parse(text).map { whole in
            let whole = whole.resolved(at: base)
            let (start, rest) = whole.start(from: base)
            return ArtifactPattern(
                text: text,
                start: start,
                pattern: rest,
                isLiteral: whole.isLiteral
            )
        }
    }
}
