extension CacheSection {
    /// Whether a path as it is written takes in the source root's own files or its `.git`; reading warns
    /// of it.
    ///
    /// - Parameter path: the path, variables not put in.
    /// - Returns: `true` for `**/*`, `.*`, `.git` and such; `false` where a name tells what is meant.
    public static func takesSources(_ path: String) -> Bool {
        alternatives(of: plain(path)).contains(where: isOfSources)
    }

    private static func isOfSources(_ pattern: String) -> Bool {
        var names = pattern.split(separator: "/").filter { $0 != "." }[...]
        if let first = names.first, rootVariables.contains(first) { names.removeFirst() }
        guard !names.isEmpty else { return false }
        names = names.drop { $0 == ".." }
        if let first = names.first(where: { $0 != "**" }), !pattern.hasPrefix("/") {
            let parts = first.split(separator: "*", omittingEmptySubsequences: false)
            // A bare '*' stands for any directory, so what follows says what is meant.
            if first != "*", matches(parts, ".git") { return true }
        }
        return names.allSatisfy(isWild)
    }

    /// Variables that hold the source root.
    private static let rootVariables: Set<Substring> = ["$CODEBUILD_SRC_DIR", "$PWD"]

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

    /// Whether a name fits a pattern: the parts between its stars.
    private static func matches(_ parts: [Substring], _ name: String) -> Bool {
        func fits(_ part: Substring, _ text: Substring) -> Bool {
            zip(part, text).allSatisfy { $0 == "?" || $0 == $1 }
        }
        guard let first = parts.first, let last = parts.last else { return false }
        var rest = name[...]
        guard rest.count >= first.count, fits(first, rest) else { return false }
        if parts.count == 1 { return first.count == rest.count }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            while rest.count >= part.count, !fits(part, rest) { rest = rest.dropFirst() }
            guard rest.count >= part.count else { return false }
            rest = rest.dropFirst(part.count)
        }
        return rest.count >= last.count && fits(last, rest.suffix(last.count))
    }
}
