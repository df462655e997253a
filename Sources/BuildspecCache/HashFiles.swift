internal import BuildspecFiles
public import SystemPackage

/// What `codebuild-hash-files` prints: one SHA-256 over the files that some globs match.
///
/// CodeBuild does not publish how it combines the files, so equal files give equal texts here, on
/// every machine, but not the cloud's text. It is the SHA-256 of one line a file, in path order:
/// the SHA-256 of its content, a space and its path.
/// Source: CodeBuild user guide, "Cache builds in Amazon S3", codebuild-hash-files.
public struct HashFiles: Sendable, Equatable {
    /// The 64 hexadecimal digits; for no file at all, those of the empty text.
    public var hash: String
    /// The digest of every file by its path, in path order.
    public var files: [(path: String, hash: String)]
    /// Patterns that match no file.
    public var unmatched: [String]
    /// Files that could not be read, one line each.
    public var notes: [String]

    /// Hashes the files that `patterns` match under `root`.
    ///
    /// - Parameters:
    ///   - patterns: globs, relative to `root` or absolute.
    ///   - root: the directory that relative globs start from.
    /// - Throws: `CacheError` when the root is no directory.
    public init(_ patterns: [String], in root: FilePath) throws {
        hash = ""
        files = []
        unmatched = []
        notes = []
        do {
            try collect(patterns, Machine.absolute(root))
        } catch let error as FileError {
            throw CacheError(.tree, error.description)
        }
        let lines = files.map { "\($0.hash) \($0.path)\n" }
        hash = ContentDigest(of: Array(lines.joined().utf8)).hex
    }

    private mutating func collect(_ patterns: [String], _ root: PathBytes) throws {
        let roots = try TreeRoots(root: root)
        var found: [PathBytes: String] = [:]
        for pattern in patterns {
            let walk = try TreeWalk(PathSet([pattern], root: root), root: roots.root)
            var reader = TreeReader(roots)
            notes += walk.notes
            var count = 0
            for entry in walk.entries where entry.status.kind == .regular {
                count += 1
                if found[entry.path] != nil { continue }
                found[entry.path] = try digest(entry, &reader)
            }
            if count == 0 { unmatched.append(pattern) }
        }
        for path in found.keys.sorted() { files.append((path.text, found[path] ?? "")) }
    }

    /// The digest of a file of any size, read in chunks of which it never holds more than a few.
    private func digest(_ entry: WalkedEntry, _ reader: inout TreeReader) throws -> String {
        let file = try reader.open(entry)
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

    /// Compares hashes and what they were made of.
    public static func == (left: HashFiles, right: HashFiles) -> Bool {
        left.hash == right.hash && left.unmatched == right.unmatched && left.notes == right.notes
    }
}
