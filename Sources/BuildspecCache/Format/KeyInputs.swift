/// The inputs of a key, which explain a miss later.
public struct KeyInputs: Sendable, Equatable {
    /// A call of `codebuild-hash-files` while the key was evaluated.
    public struct Hash: Sendable, Equatable {
        /// A file that the call read.
        public struct File: Sendable, Equatable {
            /// The path of the file.
            public var path: String
            /// The SHA-256 of the file's content.
            public var digest: String

            /// Creates a file.
            public init(path: String, digest: String) {
                self.path = path
                self.digest = digest
            }
        }

        /// The arguments of the call.
        public var patterns: [String]
        /// The output of the call.
        public var hash: String
        /// The files that the call read, in path order.
        public var files: [File]

        /// Creates a call.
        public init(patterns: [String], hash: String, files: [File]) {
            self.patterns = patterns
            self.hash = hash
            self.files = files
        }
    }

    /// The key as the buildspec file has it, before it is evaluated.
    public var declared: String?
    /// The calls, in order.
    public var hashes: [Hash]
    /// Whether files are missing because there are too many.
    public var isTruncated = false

    /// Creates inputs.
    public init(declared: String?, hashes: [Hash] = []) {
        self.declared = declared
        self.hashes = hashes
    }

    /// The largest number of files in a key record, so that it stays small.
    static let maximumFiles = 500
    /// The largest size of the inputs in a key record, in bytes of text.
    static let maximumBytes = 96 << 10

    /// The inputs, truncated to the limits of a key record.
    var bounded: KeyInputs {
        var result = self
        var files = 0
        var bytes = declared?.utf8.count ?? 0
        if bytes > 4_096 { result.declared = nil }
        result.hashes = []
        for hash in hashes {
            bytes += hash.patterns.reduce(100) { $0 + 3 * $1.utf8.count }
            guard result.hashes.count < 32, bytes < KeyInputs.maximumBytes else {
                result.isTruncated = true
                break
            }
            var kept = Hash(patterns: hash.patterns, hash: hash.hash, files: [])
            for file in hash.files {
                files += 1
                bytes += 80 + 3 * file.path.utf8.count
                guard files <= KeyInputs.maximumFiles, bytes < KeyInputs.maximumBytes else {
                    result.isTruncated = true
                    break
                }
                kept.files.append(file)
            }
            result.hashes.append(kept)
        }
        return result
    }
}

// MARK: Lines of a key record

/// The keywords are `declared`, `hash`, `glob` and `input`; the values of the latter three begin
/// with the number of the call that they belong to.
extension KeyInputs {
    /// The lines of the inputs, as keywords and values.
    var lines: [(keyword: String, value: String)] {
        var lines: [(String, String)] = []
        if let declared { lines.append(("declared", declared)) }
        for (number, hash) in hashes.enumerated() {
            lines.append(("hash", "\(number) \(hash.hash)"))
            lines += hash.patterns.map { ("glob", "\(number) \($0)") }
            lines += hash.files.map { ("input", "\(number) \($0.digest) \($0.path)") }
        }
        if isTruncated { lines.append(("cut", "1")) }
        return lines
    }

    /// Reads the inputs and skips invalid lines; `nil` if a record has no inputs.
    init?(_ fields: [Substring: [String]]) {
        self.init(declared: fields["declared"]?.first)
        for (index, line) in (fields["hash"] ?? []).enumerated() {
            guard let (number, hash) = KeyInputs.numbered(line), number == index else { break }
            hashes.append(Hash(patterns: [], hash: String(hash), files: []))
        }
        for line in fields["glob"] ?? [] {
            guard let (number, pattern) = KeyInputs.numbered(line),
                hashes.indices.contains(number)
            else { continue }
            hashes[number].patterns.append(String(pattern))
        }
        for line in fields["input"] ?? [] {
            guard let (number, rest) = KeyInputs.numbered(line), hashes.indices.contains(number),
                let space = rest.firstIndex(of: " ")
            else { continue }
            let path = String(rest[rest.index(after: space)...])
            hashes[number].files.append(Hash.File(path: path, digest: String(rest[..<space])))
        }
        isTruncated = fields["cut"] == ["1"]
        if declared == nil, hashes.isEmpty { return nil }
    }

    private static func numbered(_ line: String) -> (Int, Substring)? {
        guard let space = line.firstIndex(of: " "), let number = Int(line[..<space]) else {
            return nil
        }
        return (number, line[line.index(after: space)...])
    }
}
