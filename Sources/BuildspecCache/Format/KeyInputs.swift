/// What a key was made of, so that a miss can be explained later.
public struct KeyInputs: Sendable, Equatable {
    /// One call of `codebuild-hash-files` while the key was evaluated.
    public struct Hash: Sendable, Equatable {
        /// A file that it read.
        public struct File: Sendable, Equatable {
            /// Its path.
            public var path: String
            /// The SHA-256 of its content.
            public var digest: String

            /// Creates a file.
            public init(path: String, digest: String) {
                self.path = path
                self.digest = digest
            }
        }

        /// Its arguments.
        public var patterns: [String]
        /// What it printed.
        public var hash: String
        /// The files that it read, in path order.
        public var files: [File]

        /// Creates a call.
        public init(patterns: [String], hash: String, files: [File]) {
            self.patterns = patterns
            self.hash = hash
            self.files = files
        }
    }

    /// The key as it is written in the buildspec, before it is evaluated.
    public var declared: String?
    /// The calls, in order.
    public var hashes: [Hash]
    /// Whether files were left out because there are too many.
    public var isCut = false

    /// Creates inputs.
    public init(declared: String?, hashes: [Hash] = []) {
        self.declared = declared
        self.hashes = hashes
    }

    /// The most files that are kept, so that a key record stays small.
    static let mostFiles = 500
    /// The most bytes of text.
    static let mostBytes = 96 << 10

    /// The same, cut to what a key record keeps.
    var bounded: KeyInputs {
        var result = self
        var files = 0
        var bytes = declared?.utf8.count ?? 0
        if bytes > 4_096 { result.declared = nil }
        result.hashes = []
        for hash in hashes {
            bytes += hash.patterns.reduce(100) { $0 + 3 * $1.utf8.count }
            guard result.hashes.count < 32, bytes < KeyInputs.mostBytes else {
                result.isCut = true
                break
            }
            var kept = Hash(patterns: hash.patterns, hash: hash.hash, files: [])
            for file in hash.files {
                files += 1
                bytes += 80 + 3 * file.path.utf8.count
                guard files <= KeyInputs.mostFiles, bytes < KeyInputs.mostBytes else {
                    result.isCut = true
                    break
                }
                kept.files.append(file)
            }
            result.hashes.append(kept)
        }
        return result
    }
}
