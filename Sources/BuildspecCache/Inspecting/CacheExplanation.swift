/// The reason why a restore finds an entry, or does not.
public struct CacheExplanation: Sendable, Equatable {
    /// The result that a restore would have now.
    public enum Verdict: Sendable, Equatable {
        /// The key has an entry.
        case hit
        /// A fallback key finds an entry.
        case fallback(prefix: String)
        /// No entry is found.
        case miss
        /// The key's entry exists and cannot be used; the text says why.
        case damaged(String)
    }

    /// The amount of data that a restore of the entry over the present tree would fetch.
    public struct Transfer: Sendable, Equatable {
        /// The number of packs to fetch.
        public var packs: Int
        /// The stored bytes of these packs.
        public var bytes: UInt64
        /// The number of files of the entry.
        public var files: Int
        /// The number of files that are already as they should be.
        public var filesUnchanged: Int
    }

    /// A stored entry, compared with the requested one.
    public struct RelatedEntry: Sendable, Equatable {
        /// The entry.
        public var info: CacheEntryInfo
        /// Whether the entry has the requested scope.
        public var isSameScope: Bool
        /// The patterns that were requested and that the entry does not have.
        public var pathsAdded: [String]
        /// The patterns of the entry that were not requested.
        public var pathsRemoved: [String]
        /// The length of the common prefix of the two keys, in characters.
        public var commonPrefix: Int
        /// The differences of the files that the keys depend on; `nil` if they are not known.
        public var inputs: [InputChange]?
    }

    /// A difference between the inputs of two keys.
    public struct InputChange: Sendable, Equatable {
        /// The kind of difference.
        public enum Kind: String, Sendable {
            /// The file is hashed for the requested key only.
            case added
            /// The file was hashed for the stored key only.
            case removed
            /// The file has different content.
            case changed
            /// `codebuild-hash-files` has different arguments.
            case patterns
            /// The key is declared differently.
            case declared
        }

        /// The kind of difference.
        public var kind: Kind
        /// The path, the arguments or the key's text, for the requested key.
        public var current: String
        /// The arguments or the key's text for the stored key, or the digest that the file had.
        public var stored: String
    }

    /// The requested identity, with canonical paths.
    public var identity: CacheIdentity
    /// The result that a restore would have.
    public var verdict: Verdict
    /// The entry that would be restored.
    public var used: CacheEntryInfo?
    /// The amount of data that the restore would fetch.
    public var transfer: Transfer?
    /// The entries most similar to the requested one, at most three.
    public var nearest: [RelatedEntry]
}

extension CacheExplanation.InputChange {
    /// Compares the inputs of the requested key with those of a stored entry's key.
    static func between(
        _ current: KeyInputs,
        _ stored: KeyInputs
    ) -> [CacheExplanation.InputChange] {
        typealias Change = CacheExplanation.InputChange
        var changes: [Change] = []
        if let new = current.declared, let old = stored.declared, new != old {
            changes.append(Change(kind: .declared, current: new, stored: old))
        }
        let newPatterns = current.hashes.map { $0.patterns.joined(separator: " ") }
        let oldPatterns = stored.hashes.map { $0.patterns.joined(separator: " ") }
        if newPatterns != oldPatterns {
            let new = newPatterns.joined(separator: "; ")
            let old = oldPatterns.joined(separator: "; ")
            changes.append(Change(kind: .patterns, current: new, stored: old))
        }
        let new = digests(current)
        let old = digests(stored)
        for path in Set(new.keys).union(old.keys).sorted() {
            switch (new[path], old[path]) {
            case (let left?, let right?) where left != right:
                changes.append(Change(kind: .changed, current: path, stored: right))
            // A file that was not recorded for lack of space is not a difference.
            case (_?, nil) where !stored.isTruncated:
                changes.append(Change(kind: .added, current: path, stored: ""))
            case (nil, let right?) where !current.isTruncated:
                changes.append(Change(kind: .removed, current: path, stored: right))
            default: break
            }
        }
        return changes
    }

    private static func digests(_ inputs: KeyInputs) -> [String: String] {
        let files = inputs.hashes.flatMap(\.files).map { ($0.path, $0.digest) }
        return Dictionary(files) { first, _ in first }
    }
}
