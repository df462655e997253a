internal import BuildspecFiles
public import SystemPackage

/// What `codebuild-hash-files` prints: one SHA-256 over the files that some globs match.
///
/// CodeBuild does not publish how it combines the files, so equal files give equal texts here, on
/// every machine, but not the cloud's text. It is the SHA-256 of one line a file, in path order:
/// the SHA-256 of its content, a space and its path. Where a link leads is what counts, not the link: a
/// linked file has the digest of the file, and in a linked directory are the directory's files, unless
/// the same pattern has them by another name already.
/// Source: CodeBuild user guide, "Cache builds in Amazon S3", codebuild-hash-files.
public struct HashFiles: Sendable, Equatable {
    /// The 64 hexadecimal digits; for no file at all, those of the empty text.
    public var hash: String
    /// The digest of every file by its path, in path order.
    public var files: [(path: String, hash: String)]
    /// Patterns that match no file.
    public var unmatched: [String]
    /// What was left out, and patterns that seem to mean something else than they say, one line each.
    public var notes: [String]

    /// Hashes the files that `patterns` match under `root`.
    ///
    /// - Parameters:
    ///   - patterns: globs, relative to `root` or absolute.
    ///   - root: the directory that relative globs start from.
    ///   - isConfined: whether a link that leads out of `root` is an error, because somebody can have
    ///     made it who must not read what is there.
    /// - Throws: `CacheError` when the root is no directory, a file or a directory that can have one cannot
    ///   be read, or a link that fits a pattern leads nowhere or in a circle.
    public init(_ patterns: [String], in root: FilePath, isConfined: Bool = false) throws {
        hash = ""
        files = []
        unmatched = []
        notes = []
        do {
            try collect(patterns, Machine.absolute(root), isConfined)
        } catch let error as FileError {
            throw CacheError(.tree, error.description)
        } catch let error as LinkFailure {
            throw CacheError(.tree, error.description)
        }
        let lines = files.map { "\($0.hash) \($0.path)\n" }
        hash = ContentDigest(of: Array(lines.joined().utf8)).hex
    }

    private mutating func collect(
        _ patterns: [String],
        _ root: PathBytes,
        _ isConfined: Bool
    ) throws {
        let places = try ResolvedPaths(root: root, isConfined: isConfined)
        var found: [PathBytes: String] = [:]
        for pattern in patterns {
            if let excess = FilePattern.excess(in: pattern) { throw CacheError(.tree, excess) }
            let search = try FileSearch(pattern, in: root, isConfined: isConfined)
            notes += search.notes
            if let hint = FilePattern.hint(for: pattern, in: root) { notes.append(hint) }
            for file in search.files where found[file.path] == nil {
                found[file.path] = try digest(places.file(file.place))
            }
            if search.files.isEmpty { unmatched.append(pattern) }
        }
        for path in found.keys.sorted() { files.append((path.text, found[path] ?? "")) }
    }

    /// The digest of a file of any size, read in chunks of which it never holds more than a few.
    private func digest(_ file: OpenFile) throws -> String {
        var hash = RunningDigest()
        var offset: UInt64 = 0
        while true {
            try Task.checkCancellation()
            var bytes: [UInt8] = []
            let count = try file.read(1 << 20, at: offset, appendingTo: &bytes)
            if count == 0 { break }
            hash.update(bytes)
            offset += UInt64(count)
        }
        return hash.hex
    }

    /// Why there is no hash to speak of: no pattern matches a file; `nil` when one does.
    package var failure: String? {
        guard files.isEmpty else { return nil }
        let patterns = unmatched.map { "'\($0)'" }.joined(separator: " or ")
        return "no file matches \(patterns), so there is nothing that a key could change with"
    }

    /// Compares hashes and what they were made of.
    public static func == (left: HashFiles, right: HashFiles) -> Bool {
        left.hash == right.hash && left.unmatched == right.unmatched && left.notes == right.notes
    }
}
