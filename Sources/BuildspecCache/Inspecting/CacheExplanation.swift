/// Why a restore finds what it finds, or nothing.
public struct CacheExplanation: Sendable, Equatable {
    /// What a restore would do now.
    public enum Verdict: Sendable, Equatable {
        /// The entry of the key itself is there.
        case hit
        /// A fallback key finds an entry.
        case fallback(prefix: String)
        /// Nothing is found.
        case miss
        /// The key's entry is there and cannot be used; the text says why.
        case damaged(String)
    }

    /// What would be moved to restore the entry over the tree as it is.
    public struct Transfer: Sendable, Equatable {
        /// Packs to fetch.
        public var packs: Int
        /// Their stored bytes.
        public var bytes: UInt64
        /// Files of the entry.
        public var files: Int
        /// Files that are as they should be already.
        public var filesUnchanged: Int
    }

    /// A stored entry beside what is asked for.
    public struct RelatedEntry: Sendable, Equatable {
        /// The entry.
        public var info: CacheEntryInfo
        /// Whether it is of the same scope.
        public var isSameScope: Bool
        /// Patterns that are asked for and are not the entry's.
        public var pathsAdded: [String]
        /// Patterns of the entry that are not asked for.
        public var pathsRemoved: [String]
        /// How many characters the keys have in common from the start.
        public var commonPrefix: Int
        /// What differs in the files that the keys were made of; `nil` when that is not known.
        public var inputs: [InputChange]?
    }

    /// A difference in what two keys were made of.
    public struct InputChange: Sendable, Equatable {
        /// In which way.
        public enum Kind: String, Sendable {
            /// The file is hashed now and was not then.
            case added
            /// The file was hashed then and is not now.
            case removed
            /// The file has another content.
            case changed
            /// `codebuild-hash-files` is called with other arguments.
            case patterns
            /// The key is written in another way.
            case declared
        }

        /// In which way.
        public var kind: Kind
        /// The path, the arguments or the key's text, as it is now.
        public var now: String
        /// The same of the entry, or a file's digest then.
        public var then: String
    }

    /// What is asked for; the paths in canonical form.
    public var identity: CacheIdentity
    /// What a restore would do.
    public var verdict: Verdict
    /// The entry that would be restored.
    public var used: CacheEntryInfo?
    /// What restoring that would move.
    public var transfer: Transfer?
    /// The entries that come closest, at most three.
    public var nearest: [RelatedEntry]
}

extension CacheExplanation.InputChange {
    /// What differs between the inputs of two keys.
    ///
    /// - Parameters:
    ///   - now: what the key is made of now.
    ///   - then: what the entry's key was made of.
    /// - Returns: the differences; empty when the inputs are the same.
    static func between(_ now: KeyInputs, _ then: KeyInputs) -> [CacheExplanation.InputChange] {
        typealias Change = CacheExplanation.InputChange
        var changes: [Change] = []
        if let new = now.declared, let old = then.declared, new != old {
            changes.append(Change(kind: .declared, now: new, then: old))
        }
        let newPatterns = now.hashes.map { $0.patterns.joined(separator: " ") }
        let oldPatterns = then.hashes.map { $0.patterns.joined(separator: " ") }
        if newPatterns != oldPatterns {
            let new = newPatterns.joined(separator: "; ")
            let old = oldPatterns.joined(separator: "; ")
            changes.append(Change(kind: .patterns, now: new, then: old))
        }
        let new = digests(now)
        let old = digests(then)
        for path in Set(new.keys).union(old.keys).sorted() {
            switch (new[path], old[path]) {
            case (let left?, let right?) where left != right:
                changes.append(Change(kind: .changed, now: path, then: right))
            // A file that was not recorded for lack of room is no difference.
            case (_?, nil) where !then.isTruncated:
                changes.append(Change(kind: .added, now: path, then: ""))
            case (nil, let right?) where !now.isTruncated:
                changes.append(Change(kind: .removed, now: path, then: right))
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
