/// A finding about a path or pattern that means something else than it seems to.
public struct PathOddity: Sendable, Equatable {
    /// The use of a path.
    public enum Use: Sendable {
        /// A path that a cache keeps.
        case cache
        /// A path or base directory of artifacts or reports.
        case output
        /// A path that artifacts exclude.
        case exclusion
    }

    /// The name of the finding.
    public var name: FindingName
    /// The problem and the remedy.
    public var message: String

    private init(_ name: FindingName, _ message: String) {
        self.name = name
        self.message = message
    }

    /// Checks a path.
    ///
    /// The rules are those of `docs/patterns.md`: no shell evaluates a path, so quotes, blanks,
    /// `$(…)`, `~` and `!` are parts of names.
    ///
    /// - Parameters:
    ///   - path: The path, as written or with its variables replaced.
    ///   - use: The use of the path.
    /// - Returns: The findings, usually none.
    public static func all(in path: String, _ use: Use) -> [PathOddity] {
        [
            quotes(path), blanks(path, use), command(path, use), expansion(path), backslash(path),
            negation(path, use), tilde(path, use), directory(path, use),
        ]
        .compactMap(\.self)
    }

    /// The closing quotes for each opening quote; word processors make typographic ones.
    private static let closing: [Character: String] = [
        "\"": "\"", "'": "'", "\u{201C}": "\u{201D}", "\u{201E}": "\u{201C}\u{201D}",
        "\u{2018}": "\u{2019}",
    ]

    /// Returns the text without the quotes around it; `nil` if it has none.
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
        // An empty path of a cache is the root, which the reader reports.
        if path.isBlank, !path.isEmpty || use == .exclusion {
            return PathOddity(.blankPath, "the path '\(path.clipped)' names no file; leave it out")
        }
        let isBlank: (Character) -> Bool = \.isWhitespace
        let inner = path.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        let trimmed = String(inner)
        guard trimmed != path, !trimmed.isEmpty, !trimmed.hasSuffix("\\") else { return nil }
        let side = path.first.map(isBlank) ?? false ? "before" : "after"
        return PathOddity(
            .blankPath,
            "the blank \(side) '\(trimmed.clipped)' is part of the name; write '\(trimmed.clipped)'"
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
                    "in the path '\(path.clipped)' only '$NAME' and '${NAME}' are replaced; give the"
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
        while let index = rest.firstIndex(of: "\\") {
            let next = rest[rest.index(after: index)...]
            let isName = next.first.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? true
            // After a name, `\**` and `\*\` are wildcards in a path with backslashes as separators.
            let isAfterName = rest[..<index].last.map { $0.isLetter || $0.isNumber } ?? false
            let isWild = next.hasPrefix("**") || next.hasPrefix("*\\")
            if isName || isAfterName && isWild { isOdd = true }
            rest = next.dropFirst()
        }
        guard isOdd else { return nil }
        let start = isDrive ? String(path.dropFirst(3)) : path
        let written = start.replacing("\\", with: "/")
        let reason =
            isDrive
            ? "'\(path.prefix(2))' is not a drive here and '\\' is not a slash"
            : "a '\\' makes the next character literal and is not a slash"
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
            case .cache: "name the files to keep"
            case .output: "write '\(rest)' under 'exclude-paths'"
            case .exclusion: "write '\(rest)', or leave it out to keep the file"
            }
        return PathOddity(
            .negatedPath,
            "'\(path.clipped)' excludes nothing, because it is a name that begins with '!'; \(remedy)"
        )
    }

    private static func tilde(_ path: String, _ use: Use) -> PathOddity? {
        guard path.hasPrefix("~") else { return nil }
        let name = path.prefix { $0 != "/" }
        let kind = use == .cache ? "a cache path" : "a path"
        let rest = path.dropFirst().description.clipped
        let message =
            name == "~"
            ? "'~' is not replaced in \(kind); write '$HOME\(rest)'"
            : "'\(name.description.clipped)' is not replaced in \(kind); write the path of the home"
                + " directory"
        return PathOddity(.tildePath, message)
    }

    /// Names that are always meant as directories.
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
    /// Reports the findings about paths.
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
