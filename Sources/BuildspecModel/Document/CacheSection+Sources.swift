extension CacheSection {
    /// Returns whether a path is the source root itself, or includes the whole source root.
    ///
    /// - Parameter path: The path as written, with variables.
    /// - Returns: `true` for example for `.`, an empty text, `$CODEBUILD_SRC_DIR`, `..` and `/**/*`.
    public static func isRoot(_ path: String) -> Bool {
        alternatives(of: plain(path)).map(NormalizedPath.init).allSatisfy(\.isRoot)
    }

    /// Returns whether a path includes the files directly in the source root, or its `.git`.
    ///
    /// - Parameter path: The path as written, with variables.
    /// - Returns: `true` for example for `**/*`, `.*` and `.git`; `false` for a path with a
    ///   specific name, and for a path that `isRoot`.
    public static func includesSources(_ path: String) -> Bool {
        !isRoot(path)
            && alternatives(of: plain(path)).map(NormalizedPath.init)
                .contains(where: \.includesSources)
    }

    /// A path with `.` and `..` resolved; a path below the source root is relative.
    private struct NormalizedPath {
        var isAbsolute: Bool
        var leadingParents = 0
        var names: [Substring] = []

        init(_ pattern: String) {
            var all = pattern.split(separator: "/")[...]
            isAbsolute = pattern.hasPrefix("/")
            if let first = all.first, rootVariables.contains(first) {
                all.removeFirst()
            } else if isAbsolute, all.starts(with: containerRoot) {
                all.removeFirst(containerRoot.count)
                isAbsolute = false
            }
            for name in all where name != "." {
                // The value of a variable can be more than one name.
                if name != ".." || names.last?.contains("$") ?? false {
                    names.append(name)
                } else if names.popLast() == nil, !isAbsolute {
                    leadingParents += 1
                }
            }
        }

        var isRoot: Bool {
            guard let last = names.last else { return true }
            guard isAbsolute || leadingParents > 0 else { return false }
            return ["*", "**"].contains(last) && names.dropLast().allSatisfy { $0 == "**" }
        }

        var includesSources: Bool {
            if let first = names.first(where: { $0 != "**" }), !isAbsolute {
                // A bare '*' is any directory, so only the names after it are specific.
                if first != "*", CacheSection.fits(first, ".git") { return true }
            }
            return names.allSatisfy(isWild)
        }
    }

    private static let rootVariables: Set<Substring> = ["$CODEBUILD_SRC_DIR", "$PWD"]

    /// The source root in a container.
    private static let containerRoot: [Substring] = ["codebuild", "output", "src", "src"]

    /// Returns a path with `${NAME}` replaced by `$NAME`.
    private static func plain(_ path: String) -> String {
        var text = ""
        var rest = path[...]
        while let start = rest.firstRange(of: "${"),
            let end = rest[start.upperBound...].firstIndex(of: "}")
        {
            text += String(rest[..<start.lowerBound]) + "$" + String(rest[start.upperBound..<end])
            rest = rest[rest.index(after: end)...]
        }
        return text + String(rest)
    }

    /// Returns the alternatives that braces expand to; of very many only the first.
    private static func alternatives(of path: String) -> [String] {
        var pending = [path]
        var expanded: [String] = []
        while let text = pending.popLast(), expanded.count < 64, pending.count < 64 {
            guard let end = text.firstIndex(of: "}"),
                let start = text[..<end].lastIndex(of: "{")
            else {
                expanded.append(text)
                continue
            }
            let names = text[text.index(after: start)..<end]
                .split(separator: ",", omittingEmptySubsequences: false)
            pending += names.prefix(64).map {
                String(text[..<start] + $0 + text[text.index(after: end)...])
            }
        }
        return expanded
    }

    /// Returns whether a name of a pattern has only wildcards and dots.
    private static func isWild(_ name: Substring) -> Bool {
        var isInSet = false
        return name.allSatisfy { character in
            defer {
                if character == "[" { isInSet = true }
                if character == "]" { isInSet = false }
            }
            return isInSet || "*?.[]".contains(character)
        }
    }

    private static func fits(_ pattern: Substring, _ name: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        var rest = pattern.dropFirst()
        if first == "*" {
            rest = rest.drop { $0 == "*" }
            return fits(rest, "") || name.indices.contains { fits(rest, name[$0...]) }
        }
        guard let letter = name.first else { return false }
        if first == "[", let end = rest.dropFirst().firstIndex(of: "]") {
            let isNegated = rest.first == "!" || rest.first == "^"
            let letters = rest[..<end].dropFirst(isNegated ? 1 : 0)
            let tail = rest[rest.index(after: end)...]
            return contains(letters, letter) != isNegated && fits(tail, name.dropFirst())
        }
        let wanted = first == "\\" ? rest.popFirst() : first
        return (first == "?" || wanted == letter) && fits(rest, name.dropFirst())
    }

    /// Returns whether a set such as `a-z.` contains a letter.
    private static func contains(_ letters: Substring, _ letter: Character) -> Bool {
        let all = Array(letters)
        return all.indices.contains { index in
            let isRange = index > 0 && index + 1 < all.count && all[index] == "-"
            return isRange
                ? all[index - 1] <= letter && letter <= all[index + 1] : all[index] == letter
        }
    }
}
