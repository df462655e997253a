/// Something in a path or pattern that means another thing than it seems to.
public struct PathOddity: Sendable, Equatable {
    /// Where the path stands.
    public enum Use: Sendable {
        /// What a cache keeps.
        case cache
        /// What artifacts and reports take, and where they begin.
        case output
        /// What artifacts leave out.
        case exclusion
    }

    /// The finding's name.
    public var name: FindingName
    /// What is odd, and what to write.
    public var message: String

    private init(_ name: FindingName, _ message: String) {
        self.name = name
        self.message = message
    }

    /// Looks at a path.
    ///
    /// The rules are those of `docs/patterns.md`: no shell reads a path, so quotes, blanks, `$(…)`,
    /// `~` and `!` are parts of names.
    ///
    /// - Parameters:
    ///   - path: the path, as it is written or with its variables put in.
    ///   - use: where it stands.
    /// - Returns: what is odd, most often nothing.
    public static func all(in path: String, _ use: Use) -> [PathOddity] {
        [
            quotes(path), blanks(path, use), command(path, use), expansion(path), backslash(path),
            negation(path, use), tilde(path, use), directory(path, use),
        ]
        .compactMap(\.self)
    }

    /// Quotes by the one that opens them; programs that write texts make round ones.
    private static let closing: [Character: String] = [
        "\"": "\"", "'": "'", "\u{201C}": "\u{201D}", "\u{201E}": "\u{201C}\u{201D}",
        "\u{2018}": "\u{2019}",
    ]

    /// The text without the quotes around it; `nil` if there are none.
    private static func unquoted(_ text: Substring) -> Substring? {
        guard let first = text.first, let last = text.last, text.count > 1,
            closing[first]?.contains(last) ?? false
        else { return nil }
        return text.dropFirst().dropLast()
    }

    private static func quotes(_ path: String) -> PathOddity? {
        // Quotes around the path, or around one name in it.
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        let inner =
            names.contains { unquoted($0) != nil }
            ? names.map { unquoted($0) ?? $0 }.joined(separator: "/")
            : unquoted(path[...]).map(String.init)
        guard let inner else { return nil }
        return PathOddity(
            .quotedPath,
            "the quotes are part of the name \(path.clipped); write '\(inner.clipped)'"
        )
    }

    private static func blanks(_ path: String, _ use: Use) -> PathOddity? {
        // An empty path of a cache is the root, of which reading tells.
        if path.isBlank, !path.isEmpty || use == .exclusion {
            return PathOddity(.blankPath, "the path '\(path.clipped)' names no file; leave it out")
        }
        let isBlank: (Character) -> Bool = \.isWhitespace
        let inner = path.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        let trimmed = String(inner)
        guard trimmed != path, !trimmed.isEmpty, !trimmed.hasSuffix("\\") else { return nil }
        let place = path.first.map(isBlank) ?? false ? "before" : "behind"
        return PathOddity(
            .blankPath,
            "the blank \(place) '\(trimmed.clipped)' is part of the name; write '\(trimmed.clipped)'"
        )
    }

    private static func command(_ path: String, _ use: Use) -> PathOddity? {
        guard path.contains("$(") || path.contains("`") else { return nil }
        var remedy = "put the path into a variable and write '$NAME'"
        if let start = ["$(pwd)", "`pwd`"].first(where: { path == $0 || path.hasPrefix($0 + "/") })
        {
            let rest = String(path.dropFirst(start.count + 1))
            let isRoot = CacheSection.isRoot(rest) || CacheSection.includesSources(rest)
            remedy =
                use == .cache && isRoot
                ? "name what the build makes, such as 'node_modules/**/*'"
                : "paths start at the source root, so write '\(rest.clipped)'"
        }
        return PathOddity(
            .pathExpansion,
            "no command runs in the path '\(path.clipped)'; \(remedy)"
        )
    }

    private static func expansion(_ path: String) -> PathOddity? {
        var rest = path[...]
        while let start = rest.firstRange(of: "${") {
            rest = rest[start.upperBound...]
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard !name.isEmpty, rest.dropFirst(name.count).first == "}" else {
                return PathOddity(
                    .pathExpansion,
                    "in the path '\(path.clipped)' only '$NAME' and '${NAME}' are put in; give the"
                        + " variable its value under 'env' and write '${NAME}'"
                )
            }
        }
        return nil
    }

    private static func backslash(_ path: String) -> PathOddity? {
        let isDrive =
            path.dropFirst().first == ":" && path.first.map { $0.isASCII && $0.isLetter } ?? false
            && ["\\", "/"].contains(path.dropFirst(2).first)
        var rest = path[...]
        var isOdd = isDrive
        while let place = rest.firstIndex(of: "\\") {
            let next = rest[rest.index(after: place)...]
            let isName = next.first.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? true
            // Behind a name, `\**` and `\*\` are wildcards of somebody who writes slashes so.
            let isBehindName = rest[..<place].last.map { $0.isLetter || $0.isNumber } ?? false
            let isWild = next.hasPrefix("**") || next.hasPrefix("*\\")
            if isName || isBehindName && isWild { isOdd = true }
            rest = next.dropFirst()
        }
        guard isOdd else { return nil }
        let start = isDrive ? String(path.dropFirst(3)) : path
        let written = start.replacing("\\", with: "/")
        let reason =
            isDrive
            ? "'\(path.prefix(2))' is no drive here and '\\' no slash"
            : "a '\\' makes the next character a plain one and is no slash"
        return PathOddity(
            .backslashPath,
            "in the path '\(path.clipped)' \(reason); write '\(written.clipped)'"
        )
    }

    private static func negation(_ path: String, _ use: Use) -> PathOddity? {
        guard path.hasPrefix("!"), path.count > 1 else { return nil }
        let rest = String(path.dropFirst()).clipped
        let remedy =
            switch use {
            case .cache: "name what is to be kept"
            case .output: "write '\(rest)' under 'exclude-paths'"
            case .exclusion: "write '\(rest)', or leave it out to keep the file"
            }
        return PathOddity(
            .negatedPath,
            "'\(path.clipped)' takes nothing away, it is a name that begins with '!'; \(remedy)"
        )
    }

    private static func tilde(_ path: String, _ use: Use) -> PathOddity? {
        guard path.hasPrefix("~") else { return nil }
        let name = path.prefix { $0 != "/" }
        let place = use == .cache ? "a cache path" : "a path"
        let rest = path.dropFirst().description.clipped
        let message =
            name == "~"
            ? "'~' is not replaced in \(place); write '$HOME\(rest)'"
            : "'\(name.description.clipped)' is not replaced in \(place); write the home directory's own path"
        return PathOddity(.tildePath, message)
    }

    /// Directories that nobody means a file by.
    private static let knownDirectories: Set<Substring> = [
        "node_modules", "bower_components", ".git", ".github", ".idea", ".vscode", ".venv", "venv",
        "__pycache__", ".pytest_cache", ".tox", ".terraform", ".gradle", ".m2", ".cache", ".next",
        "target", "dist", "build", "vendor", "coverage", "test", "tests", "src", "docs", "tmp",
    ]

    private static func directory(_ path: String, _ use: Use) -> PathOddity? {
        guard use == .exclusion else { return nil }
        let name = path.split(separator: "/").last ?? ""
        let isDirectory =
            path.hasSuffix("/") && name != "**" || knownDirectories.contains(name)
        guard isDirectory, !name.isEmpty else { return nil }
        let directory = path.hasSuffix("/") ? String(path.dropLast()) : path
        return PathOddity(
            .excludedDirectory,
            "'\(path.clipped)' leaves out no file in a directory of that name; write"
                + " '\(directory.clipped)/**/*'"
        )
    }
}

extension Reader {
    /// Reports what is odd about paths.
    mutating func checkPaths(_ paths: [Located<String>], _ use: PathOddity.Use) {
        for path in paths {
            for oddity in PathOddity.all(in: path.value, use) {
                let isTilde = oddity.name == .tildePath
                report(
                    oddity.name,
                    oddity.message,
                    at: path.range,
                    codeBuild: isTilde ? "not documented; it looks for a directory named '~'" : nil
                )
            }
        }
    }
}
