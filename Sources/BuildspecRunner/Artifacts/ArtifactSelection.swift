internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// The files of one artifact or report group with their paths in the artifact, before they are read.
struct ArtifactSelection {
    /// The purpose of the files, for messages.
    enum Purpose {
        case artifact
        case report
    }

    /// A file, with its path on the disk and its path in the artifact.
    struct File: Sendable {
        var source: PathBytes
        var target: PathBytes
        /// Whether the file stays a link.
        var isLink: Bool
    }

    /// An error for an artifact that cannot be collected, with CodeBuild's message where it has one.
    struct Failure: Error, Sendable {
        var message: String
        /// The location of the key that caused the failure.
        var range: SourceRange?
        /// Whether no file was found.
        var isMissing = false
        /// The warnings of the selection, which may say why.
        var warnings: [String] = []
    }

    /// The files, sorted by their path in the artifact; of an artifact each path once, of a report each file.
    private(set) var files: [File] = []
    /// Warnings for the user, one line each.
    private(set) var warnings: [String] = []

    /// An error for a variable without a value, which would change the meaning of a path.
    struct EmptyVariable: Error, CustomStringConvertible {
        /// The path, as the buildspec file has it.
        var path: String
        var name: String

        var description: String {
            "'\(name)' in '\(path)' is empty or not set, and without it the path is another one"
        }
    }

    private let set: ArtifactSet
    private let purpose: Purpose
    /// Replaces the variables in a path, and makes the path this machine's.
    private let expand: (String) throws -> String
    private let root: PathBytes
    private let collectable: CollectableFiles
    private let bounds: ArtifactBounds
    /// The links that match a pattern and have no target.
    private var dangling: [PathBytes] = []
    /// The files and directories that match a pattern and were skipped.
    private var skipped: [FileStatus.Identity: PathBytes] = [:]

    /// Finds the files.
    ///
    /// Source: CodeBuild user guide, "Build specification reference": artifacts; the messages are
    /// those of published logs.
    ///
    /// - Throws: `Failure`, the errors of `expand`, or `FileError` if a file cannot be read.
    init(
        _ set: ArtifactSet,
        for purpose: Purpose = .artifact,
        root: PathBytes,
        within bounds: ArtifactBounds,
        collecting collectable: CollectableFiles,
        expand: @escaping (String) throws -> String
    ) throws {
        self.set = set
        self.purpose = purpose
        self.root = root
        self.collectable = collectable
        self.expand = expand
        self.bounds = bounds
        do {
            try find()
        } catch var failure as Failure {
            failure.warnings = warnings
            throw failure
        }
    }

    private mutating func find() throws {
        var indices: [PathBytes: Int] = [:]
        for base in try baseDirectories() { try collect(from: base, &indices) }
        warnings += bounds.warnings(skipped)
        guard !files.isEmpty else {
            throw Failure(
                message: "no matching \(purpose) paths found" + explanation,
                range: set.files.first?.range,
                isMissing: true
            )
        }
        files.sort { $0.target < $1.target }
    }

    /// The end of the message that no file was found: why not, if that is known.
    private var explanation: String {
        guard let link = dangling.first else { return bounds.explanation(skipped) }
        return "; '\(link.text)' is left out: it is a link that leads nowhere"
    }

    private mutating func baseDirectories() throws -> [PathBytes] {
        guard let base = set.baseDirectory else { return [root] }
        let text = try expanded(base, .base)
        if let hint = FilePattern.hint(for: text, in: root) { warnings.append(hint) }
        var directories: [PathBytes] = []
        var skipped: [FileStatus.Identity: PathBytes] = [:]
        for pattern in ArtifactPattern.parse(text, base: root) {
            if pattern.pattern.isRoot {
                directories.append(pattern.start)
            } else {
                let walk = try ArtifactWalk(
                    pattern,
                    excluding: bounds.excluded,
                    closed: bounds.closed
                )
                skipped.merge(walk.skipped) { first, _ in first }
                directories += walk.matches.filter(\.isDirectory).map(\.path)
            }
        }
        guard !directories.isEmpty else {
            throw Failure(
                message: "no matching base directory path found for \(text)"
                    + bounds.explanation(skipped),
                range: base.range,
                isMissing: true
            )
        }
        for directory in directories where try bounds.isTarget(directory) {
            throw Failure(message: bounds.insideTargetMessage(directory), range: base.range)
        }
        for directory in directories where collectable.isConfined {
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

    private mutating func collect(from base: PathBytes, _ indices: inout [PathBytes: Int]) throws {
        let excluded = try set.excludePaths.map { try expanded($0, .exclusion) }
        warnAboutDirectories(in: excluded, base)
        let excludes = excluded.flatMap(FilePattern.parse).map { $0.resolved(at: base) }
        // A base in the sources allows no other directory, because a link of the build may have moved it.
        let directories = base.isWithin(root) ? [root] : [root, base]
        let allowed = collectable.isConfined ? try directories.map { try Machine.absolute($0) } : []
        for declared in set.files {
            let text = try expanded(declared, purpose == .artifact ? .output : .report)
            var matches: [ArtifactWalk.Match] = []
            let danglingBefore = dangling.count
            for pattern in ArtifactPattern.parse(text, base: base) {
                let walk = try walk(pattern, of: declared, from: base, excludes)
                matches += walk.matches
                skipped.merge(walk.skipped) { first, _ in first }
                for link in walk.dangling {
                    let relative = relativePath(of: link, to: base)
                    if excludes.contains(where: { $0.matches(relative) }) { continue }
                    dangling.append(link)
                    warnings.append("'\(link.text)' is left out: it is a link that leads nowhere")
                }
            }
            warn(about: text, matches, base, hasWarning: dangling.count > danglingBefore)
            for file in matches where !file.isDirectory {
                try Task.checkCancellation()
                let relative = relativePath(of: file.path, to: base)
                if excludes.contains(where: { $0.matches(relative) }) { continue }
                if !file.isDangling,
                    let reason = try collectable.obstacle(toReading: file.path, allowed)
                {
                    warnings.append("'\(file.path.text)' is left out: \(reason)")
                    continue
                }
                try add(file, as: relative, base: base, &indices)
            }
        }
    }

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
                outside: bounds.containsSources ? nil : bounds.target,
                pruning: cursors(of: excludes, from: base, at: pattern.start)
            ) { link in
                try ArtifactSelection.staysLink(link, base, set)
            }
        } catch let error as ArtifactWalk.StartsInTarget {
            throw Failure(message: bounds.insideTargetMessage(error.start), range: declared.range)
        }
    }

    /// Returns the positions of the base's patterns at a directory; none outside of the base, where only a
    /// file's name counts.
    private func cursors(
        of patterns: [FilePattern],
        from base: PathBytes,
        at directory: PathBytes
    ) -> [PatternCursor] {
        guard directory == base || directory.isWithin(base) else { return [] }
        let names = directory == base ? [] : relativePath(of: directory, to: base).components
        return patterns.filter { !$0.isAbsolute && $0.leadingParents == 0 }.map { pattern in
            var cursor = PatternCursor(pattern)
            for name in names { cursor.descend(into: name) }
            return cursor
        }
    }

    private mutating func add(
        _ file: ArtifactWalk.Match,
        as relative: PathBytes,
        base: PathBytes,
        _ indices: inout [PathBytes: Int]
    ) throws {
        let target = set.discardPaths ? PathBytes(Array(relative.split.name)) : relative
        let staysLink = try file.isLink && ArtifactSelection.staysLink(file.path, base, set)
        let added = File(source: file.path, target: target, isLink: staysLink)
        // All files of a report are read, also those of one name in several base directories.
        let key = purpose == .report ? file.path : target
        guard let index = indices[key] else {
            indices[key] = files.count
            return files.append(added)
        }
        let other = files[index].source
        if other == file.path { return }
        guard !set.discardPaths else {
            throw Failure(
                message:
                    "'\(other.text)' and '\(file.path.text)' are both '\(target.text)' without their"
                    + " directories; name one of them, or omit 'discard-paths'",
                range: set.files.first?.range
            )
        }
        files[index] = added
        warnings.append("'\(file.path.text)' replaces '\(other.text)' as '\(target.text)'")
    }

    /// Replaces the variables in a path, and warns about what their values mean in it.
    private mutating func expanded(
        _ path: Located<String>,
        _ use: PathOddity.Use
    ) throws -> String {
        do {
            let text = try expand(path.value)
            for oddity in PathOddity.all(in: text, declaredAs: path.value, use) {
                let warning = "\(purpose) path '\(path.value)': \(oddity.message)"
                // Each base directory expands the path again.
                if !warnings.contains(warning) { warnings.append(warning) }
            }
            return text
        } catch let error as EmptyVariable {
            throw Failure(message: error.description, range: path.range)
        }
    }

    /// Warns about an excluded directory, because such a pattern excludes no file.
    private mutating func warnAboutDirectories(in excluded: [String], _ base: PathBytes) {
        for text in excluded {
            if let hint = FilePattern.hint(for: text, in: base) { warnings.append(hint) }
            guard !text.isBlank else { continue }
            // These have a warning already.
            let oddities = PathOddity.all(in: text, .exclusion)
            guard !oddities.contains(where: { $0.name == .excludedDirectory }) else { continue }
            for pattern in ArtifactPattern.parse(text, base: base) where pattern.isLiteral {
                let path = pattern.pattern.literalNames.reduce(pattern.start) { $0.appending($1) }
                guard (try? ArtifactWalk.directory(path)) != nil else { continue }
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
        _ matches: [ArtifactWalk.Match],
        _ base: PathBytes,
        hasWarning: Bool
    ) {
        if let hint = FilePattern.hint(for: text, in: base) { warnings.append(hint) }
        guard matches.allSatisfy(\.isDirectory) else { return }
        if let directory = matches.first {
            warnings.append(
                "'\(text)' names no file but the directory '\(directory.path.text)'; write "
                    + "'\(text)/**/*' for the files in it"
            )
        } else if !hasWarning, FilePattern.parse(text).allSatisfy(\.isLiteral) {
            warnings.append("Skipping invalid file path \(text)")
        }
    }

    /// Returns the path relative to the base, or only the name of a file elsewhere, so that no file is
    /// written outside of the artifact.
    private func relativePath(of path: PathBytes, to base: PathBytes) -> PathBytes {
        if base == PathBytes("/") { return PathBytes(Array(path.bytes.dropFirst())) }
        guard path.isWithin(base) else { return PathBytes(Array(path.split.name)) }
        return PathBytes(Array(path.tail(below: base)))
    }

    /// Returns whether a link stays a link: links are enabled, and the target is below the base, so that
    /// the link has the same target in the artifact.
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
        var path = PathBytes(Array(directory))
        for name in target.components where !name.elementsEqual(".".utf8) {
            path = name.elementsEqual("..".utf8) ? path.parent : path.appending(name)
        }
        return path.isWithin(base)
    }
}
