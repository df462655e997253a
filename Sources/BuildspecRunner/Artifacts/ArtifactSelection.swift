internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The files of one artifact and the names that they get, found but not yet copied.
struct ArtifactSelection {
    /// A file and its place in the artifact.
    struct File: Sendable {
        /// Where it is.
        var source: PathBytes
        /// Its place in the artifact.
        var target: PathBytes
        /// Whether it stays a link.
        var isLink: Bool
    }

    /// Why there is nothing to collect, in CodeBuild's words.
    struct Failure: Error, Sendable {
        /// The message.
        var message: String
        /// The key at fault.
        var range: SourceRange?
    }

    /// The files by their place in the artifact, each place once.
    private(set) var files: [File] = []
    /// What the user should know, one line each.
    private(set) var warnings: [String] = []

    /// A path with a variable that has no value, so that it would be another path.
    struct Emptied: Error {
        /// The path as it is written.
        var path: String
        /// The variable.
        var name: String
    }

    private let set: ArtifactSet
    private let expand: (String) throws -> String
    private let root: PathBytes
    private let isConfined: Bool
    private let sight: VisiblePaths?
    private let bounds: ArtifactBounds
    /// Links that a pattern matches and that lead nowhere.
    private var dangling: [PathBytes] = []
    /// Files and directories that were passed over although a pattern matches them.
    private var passedOver: [FileStatus.Identity: PathBytes] = [:]

    /// Finds the files.
    ///
    /// Source: CodeBuild user guide, "Build specification reference": artifacts; the messages are
    /// those of published logs.
    ///
    /// - Parameters:
    ///   - set: what the buildspec says.
    ///   - root: the source root.
    ///   - bounds: what is never collected, such as the directory to collect into.
    ///   - isConfined: whether links may only lead to files below the source root or the base
    ///     directory, because other users than the one that collects could have made them.
    ///   - sight: what the build's commands see of this machine; `nil` is all of it.
    ///   - expand: puts in the build's variables and makes the path this machine's.
    /// - Throws: `Failure`, what `expand` throws, or `FileError` when something cannot be read.
    init(
        _ set: ArtifactSet,
        root: PathBytes,
        within bounds: ArtifactBounds,
        isConfined: Bool,
        sight: VisiblePaths?,
        expand: @escaping (String) throws -> String
    ) throws {
        self.set = set
        self.root = root
        self.isConfined = isConfined
        self.sight = sight
        self.expand = expand
        self.bounds = bounds
        let bases = try baseDirectories(root)
        var targets: [PathBytes: Int] = [:]
        for base in bases { try collect(from: base, into: &targets) }
        warnings += bounds.warnings(passedOver)
        guard !files.isEmpty else {
            throw Failure(
                message: "no matching artifact paths found" + explanation,
                range: set.files.first?.range
            )
        }
        files.sort { $0.target < $1.target }
    }

    /// Why nothing was found, if that can be told.
    private var explanation: String {
        guard let link = dangling.first else { return bounds.explanation(passedOver) }
        return "; '\(link.text)' is left out: it is a link that leads nowhere"
    }

    private func baseDirectories(_ root: PathBytes) throws -> [PathBytes] {
        guard let base = set.baseDirectory else { return [root] }
        let text = try expanded(base)
        var directories: [PathBytes] = []
        var passedOver: [FileStatus.Identity: PathBytes] = [:]
        for pattern in ArtifactPattern.parse(text, base: root) {
            if pattern.pattern.isRoot {
                directories.append(pattern.start)
            } else {
                let walk = try ArtifactWalk(
                    pattern,
                    excluding: bounds.excluded,
                    closed: bounds.closed
                )
                passedOver.merge(walk.passedOver) { first, _ in first }
                directories += walk.found.filter(\.isDirectory).map(\.path)
            }
        }
        guard !directories.isEmpty else {
            throw Failure(
                message: "no matching base directory path found for \(text)"
                    + bounds.explanation(passedOver),
                range: base.range
            )
        }
        for directory in directories where try bounds.isTarget(directory) {
            throw Failure(message: bounds.insideTarget(directory), range: base.range)
        }
        for directory in directories where isConfined {
            guard let link = ForeignLink.first(on: directory) else { continue }
            throw Failure(
                message:
                    "the base directory '\(directory.text)' is reached by '\(link.text)', another "
                    + "user's link, which a build with 'run-as' does not follow",
                range: base.range
            )
        }
        return directories
    }

    private mutating func collect(
        from base: PathBytes,
        into targets: inout [PathBytes: Int]
    ) throws {
        let excluded = try set.excludePaths.map(expanded)
        warn(ofDirectoriesIn: excluded, base)
        let excludes = excluded.flatMap(FilePattern.parse).map { $0.below(base) }
        // A base in the sources is no place of its own: a link of the build may have put it elsewhere.
        let places = base.isWithin(root) ? [root] : [root, base]
        let allowed = isConfined ? try places.map { try Machine.absolute($0) } : []
        for declared in set.files {
            let text = try expanded(declared)
            var found: [ArtifactWalk.Found] = []
            let known = dangling.count
            for pattern in ArtifactPattern.parse(text, base: base) {
                let walk = try walk(pattern, of: declared, from: base, excludes)
                found += walk.found
                passedOver.merge(walk.passedOver) { first, _ in first }
                for link in walk.dangling {
                    let relative = relativePath(of: link, to: base)
                    if excludes.contains(where: { $0.matches(relative) }) { continue }
                    dangling.append(link)
                    warnings.append("'\(link.text)' is left out: it is a link that leads nowhere")
                }
            }
            warn(about: text, found, base, isTold: dangling.count > known)
            for file in found where !file.isDirectory {
                try Task.checkCancellation()
                let relative = relativePath(of: file.path, to: base)
                if excludes.contains(where: { $0.matches(relative) }) { continue }
                if !file.isDangling, let reason = try obstacle(toTaking: file.path, allowed) {
                    warnings.append("'\(file.path.text)' is left out: \(reason)")
                    continue
                }
                try take(file, as: relative, base: base, &targets)
            }
        }
    }

    /// Looks for what one of the declared patterns matches.
    private func walk(
        _ pattern: ArtifactPattern,
        of declared: Located<String>,
        from base: PathBytes,
        _ excludes: [FilePattern]
    ) throws -> ArtifactWalk {
        let set = set
        do {
            return try ArtifactWalk(
                pattern,
                excluding: bounds.excluded,
                closed: bounds.closed,
                outside: bounds.holdsSources ? nil : bounds.target,
                passingOver: cursors(of: excludes, from: base, at: pattern.start)
            ) { link in
                try ArtifactSelection.staysLink(link, base, set)
            }
        } catch let error as ArtifactWalk.InsideTarget {
            throw Failure(message: bounds.insideTarget(error.start), range: declared.range)
        }
    }

    /// How far patterns from the base have come at a directory; none have elsewhere, where a file
    /// goes by its bare name.
    private func cursors(
        of patterns: [FilePattern],
        from base: PathBytes,
        at directory: PathBytes
    ) -> [PatternCursor] {
        guard directory == base || directory.isWithin(base) else { return [] }
        let names = directory == base ? [] : relativePath(of: directory, to: base).components
        return patterns.filter { !$0.isAbsolute && $0.climbs == 0 }.map { pattern in
            var cursor = PatternCursor(pattern)
            for name in names { cursor.descend(into: name) }
            return cursor
        }
    }

    private mutating func take(
        _ file: ArtifactWalk.Found,
        as relative: PathBytes,
        base: PathBytes,
        _ targets: inout [PathBytes: Int]
    ) throws {
        let target = set.discardPaths ? PathBytes(Array(relative.split.name)) : relative
        let staysLink = try file.isLink && ArtifactSelection.staysLink(file.path, base, set)
        let taken = File(source: file.path, target: target, isLink: staysLink)
        guard let place = targets[target] else {
            targets[target] = files.count
            return files.append(taken)
        }
        let other = files[place].source
        if other == file.path { return }
        files[place] = taken
        warnings.append("'\(file.path.text)' replaces '\(other.text)' as '\(target.text)'")
    }

    private func expanded(_ path: Located<String>) throws -> String {
        do {
            return try expand(path.value)
        } catch let error as Emptied {
            throw Failure(
                message:
                    "'\(error.name)' in '\(error.path)' is empty or not set, and without it the "
                    + "path is another one",
                range: path.range
            )
        }
    }

    /// Warns of a directory that is to be left out and of which every file stays.
    private mutating func warn(ofDirectoriesIn excluded: [String], _ base: PathBytes) {
        for text in excluded {
            if let hint = FilePattern.hint(for: text, in: base) { warnings.append(hint) }
            guard !text.isBlank else { continue }
            // Reading the buildspec tells what it can see.
            guard !PathOddity.all(in: text, .exclusion).contains(where: \.isOfDirectory) else {
                continue
            }
            for pattern in ArtifactPattern.parse(text, base: base) where pattern.isLiteral {
                let place = pattern.pattern.literalNames.reduce(pattern.start) { $0.appending($1) }
                guard (try? ArtifactWalk.directory(place)) != nil else {
                    continue
                }
                warnings.append(
                    "'\(text)' of 'exclude-paths' is a directory and leaves out no file in it; write "
                        + "'\(text)/**/*'"
                )
                break
            }
        }
    }

    private mutating func warn(
        about text: String,
        _ found: [ArtifactWalk.Found],
        _ base: PathBytes,
        isTold: Bool
    ) {
        if let hint = FilePattern.hint(for: text, in: base) { warnings.append(hint) }
        guard found.allSatisfy(\.isDirectory) else { return }
        if let directory = found.first {
            warnings.append(
                "'\(text)' names no file but the directory '\(directory.path.text)'; write "
                    + "'\(text)/**/*' for the files in it"
            )
        } else if !isTold, FilePattern.parse(text).allSatisfy(\.isLiteral) {
            warnings.append("Skipping invalid file path \(text)")
        }
    }

    /// The path below the base; the bare name for a file elsewhere, so that nothing leaves the
    /// artifact.
    private func relativePath(of path: PathBytes, to base: PathBytes) -> PathBytes {
        if base == PathBytes("/") { return PathBytes(Array(path.bytes.dropFirst())) }
        guard path.isWithin(base) else { return PathBytes(Array(path.split.name)) }
        return PathBytes(Array(path.tail(below: base)))
    }

    /// Why a file is not the build's to hand out, wherever its path seems to lie.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - allowed: where it must be, links resolved, if the build is confined.
    /// - Returns: the reason, or `nil` if it may be taken.
    /// - Throws: `FileError` when a link cannot be resolved.
    private func obstacle(
        toTaking path: PathBytes,
        _ allowed: [PathBytes]
    ) throws -> String? {
        guard isConfined || sight != nil else { return nil }
        let file = try Machine.absolute(path)
        if isConfined, !allowed.contains(where: file.isWithin) {
            return
                "a build with 'run-as' collects no file that a link outside of the sources leads to"
        }
        guard let sight, !sight.includes(file) else { return nil }
        return "it is '\(file.text)' of this machine, which the build's commands do not see"
    }

    /// Whether a link stays one: it is wanted, and leads to a place below the base, so that it means
    /// the same in the artifact.
    private static func staysLink(
        _ link: PathBytes,
        _ base: PathBytes,
        _ set: ArtifactSet
    ) throws -> Bool {
        guard set.enableSymlinks, !set.discardPaths else { return false }
        let (directory, name) = link.split
        let handle = try DirectoryHandle.open(PathBytes(Array(directory)))
        let target = PathBytes(try handle.linkTarget(name))
        guard !target.isAbsolute else { return false }
        var place = PathBytes(Array(directory))
        for name in target.components where !name.isDot {
            if name.elementsEqual("..".utf8) {
                place = place.parent
            } else {
                place = place.appending(name)
            }
        }
        return place.isWithin(base)
    }
}

extension PathOddity {
    fileprivate var isOfDirectory: Bool { name == .excludedDirectory }
}

extension ArraySlice<UInt8> {
    fileprivate var isDot: Bool { elementsEqual(".".utf8) }
}
