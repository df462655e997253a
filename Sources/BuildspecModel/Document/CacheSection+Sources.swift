extension CacheSection {
    /// Whether a path as it is written is the source root itself, or takes it in whole with a directory
    /// above it; reading warns of it.
    ///
    /// - Parameter path: the path, variables not put in.
    /// - Returns: `true` for `.`, an empty text, `$CODEBUILD_SRC_DIR`, `..`, `/**/*` and such.
    public static func isRoot(_ path: String) -> Bool {
        alternatives(of: plain(path)).map(Place.init).allSatisfy(\.isRoot)
    }

    /// Whether a path as it is written takes in the source root's own files or its `.git`; reading warns
    /// of it.
    ///
    /// - Parameter path: the path, variables not put in.
    /// - Returns: `true` for `**/*`, `.*`, `.git` and such; `false` where a name tells what is meant, and
    ///   for a path that `isRoot`.
    public static func takesSources(_ path: String) -> Bool {
        !isRoot(path)
            && alternatives(of: plain(path)).map(Place.init).contains(where: \.isOfSources)
    }

    /// A path with `.` and `..` resolved, from the source root if it is spelled from there.
    private struct Place {
        var isAbsolute: Bool
        var climbs = 0
        var names: [Substring] = []

        init(_ pattern: String) {
            var all = pattern.split(separator: "/")[...]
            isAbsolute = pattern.hasPrefix("/")
            if let first = all.first, rootVariables.contains(first) {
                all.removeFirst()
            } else if isAbsolute, all.starts(with: fixedRoot) {
                all.removeFirst(fixedRoot.count)
                isAbsolute = false
            }
            for name in all where name != "." {
                // What a variable puts in may be more than one name.
                if name != ".." || names.last?.contains("$") ?? false {
                    names.append(name)
                } else if names.popLast() == nil, !isAbsolute {
                    climbs += 1
                }
            }
        }

        var isRoot: Bool {
            guard let last = names.last else { return true }
            guard isAbsolute || climbs > 0 else { return false }
            return ["*", "**"].contains(last) && names.dropLast().allSatisfy { $0 == "**" }
        }

        var isOfSources: Bool {
            if let first = names.first(where: { $0 != "**" }), !isAbsolute {
                // A bare '*' stands for any directory, so what follows says what is meant.
                if first != "*", CacheSection.fits(first, ".git") { return true }
            }
            return names.allSatisfy(isWild)
        }
    }

    /// Variables that hold the source root.
    private static let rootVariables: Set<Substring> = ["$CODEBUILD_SRC_DIR", "$PWD"]

    /// Where the source root is in a container.
    private static let fixedRoot: [Substring] = ["codebuild", "output", "src", "src"]

    /// A path with `${NAME}` written as `$NAME`.
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

    /// What braces spell out; of very many only the first.
    private static func alternatives(of path: String) -> [String] {
        var open = [path]
        var done: [String] = []
        while let text = open.popLast(), done.count < 64, open.count < 64 {
            guard let end = text.firstIndex(of: "}"),
                let start = text[..<end].lastIndex(of: "{")
            else {
                done.append(text)
                continue
            }
            let names = text[text.index(after: start)..<end]
                .split(separator: ",", omittingEmptySubsequences: false)
            open += names.prefix(64).map {
                String(text[..<start] + $0 + text[text.index(after: end)...])
            }
        }
        return done
    }

    /// Whether a name of a pattern has no letter that tells what is meant.
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

    /// Whether a name fits a pattern.
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
            let behind = rest[rest.index(after: end)...]
            return has(letters, letter) != isNegated && fits(behind, name.dropFirst())
        }
        let wanted = first == "\\" ? rest.popFirst() : first
        return (first == "?" || wanted == letter) && fits(rest, name.dropFirst())
    }

    /// Whether a set such as `a-z.` has a letter.
    private static func has(_ letters: Substring, _ letter: Character) -> Bool {
        let all = Array(letters)
        return all.indices.contains { index in
            let isRange = index > 0 && index + 1 < all.count && all[index] == "-"
            return isRange
                ? all[index - 1] <= letter && letter <= all[index + 1] : all[index] == letter
        }
    }
}
