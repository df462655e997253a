internal import BuildspecCache
internal import SystemPackage

/// What a cache key is made of, as far as its text tells.
enum CacheKeyInputs {
    /// The inputs of a key that has been evaluated.
    ///
    /// The files that plain calls of `codebuild-hash-files` read are hashed here once more; a call
    /// whose hash is not in the key, because its arguments mean something else to the shell, is left
    /// out.
    ///
    /// - Parameters:
    ///   - declared: the key as it is written.
    ///   - key: the key as it was evaluated.
    ///   - root: where relative patterns start.
    ///   - isConfined: whether commands see less of this machine than this process, so that links out
    ///     of the root are not followed.
    /// - Returns: the inputs.
    static func inputs(
        declared: String,
        key: String,
        root: FilePath,
        isConfined: Bool
    ) -> KeyInputs {
        var inputs = KeyInputs(declared: declared)
        for patterns in hashCalls(in: declared) {
            let found = try? HashFiles(patterns, in: root, isConfined: isConfined)
            guard let files = found, key.contains(files.hash) else { continue }
            inputs.hashes.append(
                KeyInputs.Hash(
                    patterns: patterns,
                    hash: files.hash,
                    files: files.files.map { KeyInputs.Hash.File(path: $0.path, digest: $0.hash) }
                )
            )
        }
        return inputs
    }

    /// The arguments of the calls of `codebuild-hash-files` whose words need no shell to be read.
    static func hashCalls(in text: String) -> [[String]] {
        var calls: [[String]] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "$(codebuild-hash-files ") {
            rest = rest[start.upperBound...]
            if let words = words(&rest), !words.isEmpty { calls.append(words) }
        }
        return calls
    }

    /// Reads words up to the closing parenthesis; `nil` for anything that only a shell understands.
    private static func words(_ rest: inout Substring) -> [String]? {
        var words: [String] = []
        var word: String?
        while let character = rest.popFirst() {
            switch character {
            case ")":
                if let word { words.append(word) }
                return words
            case " ", "\t":
                if let done = word { words.append(done) }
                word = nil
            case "'", "\"":
                guard let end = rest.firstIndex(of: character) else { return nil }
                let quoted = rest[..<end]
                let special: Set<Character> = character == "'" ? [] : ["$", "`", "\\"]
                guard !quoted.contains(where: special.contains) else { return nil }
                word = (word ?? "") + quoted
                rest = rest[rest.index(after: end)...]
            case "$", "`", "\\", ";", "|", "&", "<", ">", "(", "\n": return nil
            default: word = (word ?? "") + String(character)
            }
        }
        return nil
    }
}
