internal import BuildspecCache
internal import SystemPackage

/// A scan for the inputs of a cache key, as far as the text of the key shows them.
enum CacheKeyInputs {
    /// Collects the inputs of an evaluated key.
    ///
    /// Hashes the files of plain calls of `codebuild-hash-files` again. A call is left out if its hash
    /// is not in the key, because its arguments mean something else to the shell. If `isConfined`,
    /// because commands see less of this machine than this process, links out of the root are not followed.
    static func inputs(
        declared: String,
        key: String,
        root: FilePath,
        isConfined: Bool
    ) -> KeyInputs {
        var inputs = KeyInputs(declared: declared)
        for patterns in hashCalls(in: declared) {
            let result = try? HashFiles(patterns, in: root, isConfined: isConfined)
            guard let result, key.contains(result.hash) else { continue }
            inputs.hashes.append(
                KeyInputs.Hash(
                    patterns: patterns,
                    hash: result.hash,
                    files: result.files.map { KeyInputs.Hash.File(path: $0.path, digest: $0.hash) }
                )
            )
        }
        return inputs
    }

    /// Returns the arguments of each call of `codebuild-hash-files` that can be parsed without a shell.
    static func hashCalls(in text: String) -> [[String]] {
        var calls: [[String]] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "$(codebuild-hash-files ") {
            rest = rest[start.upperBound...]
            if let words = words(&rest), !words.isEmpty { calls.append(words) }
        }
        return calls
    }

    /// Reads shell words up to the closing parenthesis; `nil` for text that only a shell can expand.
    private static func words(_ rest: inout Substring) -> [String]? {
        var words: [String] = []
        var word: String?
        while let character = rest.popFirst() {
            switch character {
            case ")":
                if let word { words.append(word) }
                return words
            case " ", "\t":
                if let complete = word { words.append(complete) }
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
