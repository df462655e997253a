internal import BuildspecFiles
public import SystemPackage

/// The result of `codebuild-hash-files`: one SHA-256 over the files that match some globs.
///
/// CodeBuild does not publish how it combines the files. Equal files give equal hashes here, on
/// every machine, but not the hash of the cloud. The hash is the SHA-256 of one line for each file,
/// in path order: the SHA-256 of its content, a space and its path. Links are followed: a linked
/// file has the digest of its target, and the files of a linked directory are hashed, unless the
/// same pattern already has them under another name. Source: CodeBuild user guide, "Cache builds in
/// Amazon S3", codebuild-hash-files.
public struct HashFiles: Sendable, Equatable {
    /// The hash as 64 hexadecimal digits; without any file, that of the empty text.
    public var hash = ""
    /// The path and digest of every file, in path order.
    public var files: [(path: String, hash: String)] = []
    /// The patterns that match no file.
    public var unmatched: [String] = []
    /// Lines for the user: skipped files, and patterns that probably do not mean what was intended.
    public var notes: [String] = []

    /// Hashes the files that `patterns` match under `root`.
    ///
    /// - Parameters:
    ///   - patterns: Globs, relative to `root` or absolute.
    ///   - root: The directory that relative globs start from.
    ///   - isConfined: Whether a link that leads out of `root` is an error, because the maker of
    ///     the link may not be allowed to read its target.
    /// - Throws: `CacheError` when the root is not a directory, a file or a directory that may
    ///   contain one cannot be read, or a link that matches a pattern is dangling or circular.
    public init(_ patterns: [String], in root: FilePath, isConfined: Bool = false) throws {
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
        let resolvedPaths = try ResolvedPaths(root: root, isConfined: isConfined)
        var found: [PathBytes: String] = [:]
        for pattern in patterns {
            if let warning = FilePattern.alternativesWarning(for: pattern) {
                throw CacheError(.tree, warning)
            }
            let search = try FileSearch(pattern, in: root, isConfined: isConfined)
            notes += search.notes
            if let hint = FilePattern.hint(for: pattern, in: root) { notes.append(hint) }
            for file in search.files where found[file.path] == nil {
                found[file.path] = try digest(resolvedPaths.file(file.location))
            }
            if search.files.isEmpty { unmatched.append(pattern) }
        }
        for path in found.keys.sorted() { files.append((path.text, found[path] ?? "")) }
    }

    /// Hashes a file of any size, at most one chunk in memory at a time.
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
        return hash.digest.hex
    }

    /// The error for hashes over no file at all, as such a key would never change; otherwise `nil`.
    package var failure: String? {
        guard files.isEmpty else { return nil }
        let patterns = unmatched.map { "'\($0)'" }.joined(separator: " or ")
        return "no file matches \(patterns), so the key would never change"
    }

    /// Compares the hashes, the unmatched patterns and the notes.
    public static func == (left: HashFiles, right: HashFiles) -> Bool {
        left.hash == right.hash && left.unmatched == right.unmatched && left.notes == right.notes
    }
}
