internal import BuildspecFiles

/// Finds the files and directories that a pattern of the artifacts section matches.
///
/// Unlike the cache's walk it follows links, as CodeBuild's upload does, and takes no directory for
/// its contents: `build` matches a file of that name, `build/**/*` all files below it.
struct ArtifactWalk {
    /// Something that was found.
    struct Found: Sendable {
        /// Where it is.
        var path: PathBytes
        /// Whether it is a directory, links followed unless they are kept.
        var isDirectory: Bool
        /// Whether its name is a link.
        var isLink: Bool
        /// Whether it is a link that leads nowhere.
        var isDangling = false
    }

    /// The walk would begin in the directory that artifacts are collected into.
    struct InsideTarget: Error {
        /// Where it would begin.
        var start: PathBytes
    }

    /// Links to directories lead to more than anybody can mean: they lead to one another.
    struct LinkLimitExceeded: Error, CustomStringConvertible {
        /// Where the walk began.
        var start: PathBytes
        /// How much was looked at.
        var limit: Int

        var description: String {
            "links below '\(start.text)' lead to more than \(limit) files and directories; "
                + "keep them as links with 'enable-symlinks: yes', or name fewer 'files'"
        }
    }

    /// How far patterns have come.
    private struct Cursors {
        var wanted: PatternCursor
        /// Those of the directory above: they are needed at directories only.
        var unwanted: [PatternCursor]

        /// The cursors below a directory; `nil` if there is nothing to be found.
        func below(_ directory: [UInt8]) -> Cursors? {
            if wanted.isDead { return nil }
            var unwanted = unwanted
            for index in unwanted.indices { unwanted[index].descend(into: directory) }
            // What has a name of its own is found without a search, and missed with a warning.
            if wanted.literalNames == nil, unwanted.contains(where: \.matchesAllBelow) {
                return nil
            }
            return Cursors(wanted: wanted, unwanted: unwanted)
        }
    }

    /// How much is looked at through links to directories, which may have many paths each.
    static let limit = 1_000_000

    /// What was found, in path order.
    private(set) var found: [Found] = []
    /// Links that lead nowhere and are not kept as links.
    private(set) var dangling: [PathBytes] = []
    /// Those of the excluded files and directories that the pattern came to.
    private(set) var passedOver: [FileStatus.Identity: PathBytes] = [:]
    private let start: PathBytes
    private let limit: Int
    private let excluded: Set<FileStatus.Identity>
    /// Excluded directories in which nothing is found however a path leads there.
    private let closed: Set<FileStatus.Identity>
    private let keepsLink: (PathBytes) throws -> Bool
    private var throughLinks = 0

    /// Looks for what a pattern matches; a start that does not exist has nothing.
    ///
    /// - Parameters:
    ///   - pattern: the pattern.
    ///   - excluded: files and directories that are passed over.
    ///   - closed: those of them in which nothing is found either, wherever the walk begins.
    ///   - target: the directory that artifacts are collected into, where a walk must not begin in it.
    ///   - unwanted: patterns that have come to the start; a directory is not gone through of which
    ///     one of them fits everything.
    ///   - limit: how much is looked at through links to directories.
    ///   - keepsLink: whether a link to a directory is found as a link, and not followed where the
    ///     pattern matches it.
    /// - Throws: `FileError` when a directory cannot be read, `InsideTarget`, `LinkLimitExceeded`, or `CancellationError` when the
    ///   task was cancelled: links may lead to very much.
    init(
        _ pattern: ArtifactPattern,
        excluding excluded: Set<FileStatus.Identity>,
        closed: Set<FileStatus.Identity> = [],
        outside target: FileStatus.Identity? = nil,
        passingOver unwanted: [PatternCursor] = [],
        limit: Int = ArtifactWalk.limit,
        keepsLink: @escaping (PathBytes) throws -> Bool = { _ in false }
    ) throws {
        self.limit = limit
        self.excluded = excluded
        self.closed = closed
        self.keepsLink = keepsLink
        start = pattern.start
        guard let directory = try ArtifactWalk.directory(start) else { return }
        let above = try ArtifactWalk.above(directory)
        if let target, above.contains(target) { throw InsideTarget(start: start) }
        guard !passesOver(start, in: above) else { return }
        try walk(
            directory,
            Cursors(wanted: PatternCursor(pattern.pattern), unwanted: unwanted),
            above,
            isLinked: false
        )
        found.sort { $0.path < $1.path }
    }

    /// The directory and all above it, which no link may lead back to.
    ///
    /// They are looked at and not opened: who builds in a home may not list what is above it.
    private static func above(_ start: DirectoryHandle) throws(FileError) -> [FileStatus.Identity] {
        var identities = [try start.status().identity]
        var climb = ".."
        while let identity = try start.status(climb.utf8)?.identity, identity != identities.last {
            identities.append(identity)
            climb += "/.."
        }
        return identities
    }

    /// Whether a path lies in an excluded directory, wherever its name is.
    private mutating func passesOver(_ path: PathBytes, in above: [FileStatus.Identity]) -> Bool {
        guard let identity = above.first(where: closed.contains) else { return false }
        passedOver[identity] = path
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
        if let literals = cursors.wanted.literalNames {
            names = literals
        } else {
            names = try directory.names()
        }
        for name in names where !TemporaryName.matches(name) {
            var next = cursors
            next.wanted.descend(into: name)
            guard next.wanted.isComplete || !next.wanted.isDead else { continue }
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
        if isLinked { throughLinks += 1 }
        guard throughLinks <= limit else { throw LinkLimitExceeded(start: start, limit: limit) }
        let path = directory.path.appending(name)
        let isLink = status.kind == .link
        if let child = try child(path, status) {
            let identity = try child.status().identity
            if excluded.contains(identity) {
                passedOver[identity] = path
                return
            }
            // A link to a directory above would never end.
            guard !above.contains(identity) else { return }
            if isLink, try passesOver(path, in: ArtifactWalk.above(child)) { return }
            if cursors.wanted.isComplete {
                let isKept = try isLink && keepsLink(path)
                found.append(Found(path: path, isDirectory: !isKept, isLink: isLink))
                if isKept { return }
            }
            if let below = cursors.below(name) {
                try walk(child, below, above + [identity], isLinked: isLinked || isLink)
            }
        } else if cursors.wanted.fits(isDirectory: false) {
            try takeFile(path, status)
        }
    }

    /// Takes what is no directory, links not yet followed.
    private mutating func takeFile(_ path: PathBytes, _ status: FileStatus) throws {
        let isLink = status.kind == .link
        guard let file = isLink ? try ArtifactWalk.target(path) : status else {
            if try keepsLink(path) {
                found.append(
                    Found(path: path, isDirectory: false, isLink: true, isDangling: true)
                )
            } else {
                dangling.append(path)
            }
            return
        }
        guard file.kind == .regular else { return }
        if excluded.contains(file.identity) {
            passedOver[file.identity] = path
        } else {
            found.append(Found(path: path, isDirectory: false, isLink: isLink))
        }
    }

    private func child(
        _ path: PathBytes,
        _ status: FileStatus
    ) throws(FileError) -> DirectoryHandle? {
        switch status.kind {
        case .directory: try DirectoryHandle.open(path)
        case .link: try ArtifactWalk.directory(path)
        case .regular, .special: nil
        }
    }

    /// What a link leads to, or `nil` when it leads nowhere.
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

    /// The directory at a path, links followed, or `nil` if there is none.
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
