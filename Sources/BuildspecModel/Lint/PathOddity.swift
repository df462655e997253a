/// A finding about a path or pattern that means something else than it seems to.
public struct PathOddity: Sendable, Equatable {
    /// The use of a path.
    public enum Use: Sendable {
        /// A path that a cache keeps.
        case cache
        /// A path of artifacts.
        case output
        /// A path of reports.
        case report
        /// The base directory of artifacts or reports.
        case base
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
            quotes(path, use), blanks(path, use), command(path, use), expansion(path),
            backslash(path), negation(path, use), tilde(path, use), directory(path, use),
        ]
        .compactMap(\.self)
    }

    /// Checks a path with its variables replaced; findings that its declaration has are left out.
    package static func all(
        in path: String,
        declaredAs declared: String,
        _ use: Use
    ) -> [PathOddity] {
        guard path != declared else { return [] }
        let known = Set(all(in: declared, use).map(\.name))
        return all(in: path, use).filter { !known.contains($0.name) }
    }

    /// Returns the path that is probably meant, without quotes, blanks and a comma at ends of names.
    private static func meant(_ path: String, _ use: Use) -> String {
        var (meant, before) = (path, "")
        while meant != before {
            before = meant
            if endsWithComma(meant) { meant.removeLast() }
            meant = withoutQuotes(names(of: meant).map(trimmed).joined(separator: "/"))
        }
        return use == .exclusion ? excludable(meant) : meant
    }

    private static func names(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The closing quotes for each opening quote; word processors make typographic ones.
    private static let closing: [Character: String] = [
        "\"": "\"", "'": "'", "\u{201C}": "\u{201D}", "\u{201E}": "\u{201C}\u{201D}",
        "\u{2018}": "\u{2019}",
    ]
    private static let quoteMarks = Set(closing.keys).union(closing.values.joined())

    private static func unquoted(_ text: Substring) -> Substring? {
        guard let first = text.first, let last = text.last, text.count > 1,
            closing[first]?.contains(last) ?? false
        else { return nil }
        return text.dropFirst().dropLast()
    }

    /// Returns the path without quotes around it or its names, or a single one at the end of a name.
    private static func withoutQuotes(_ path: String) -> String {
        let names = names(of: path)
        guard names.allSatisfy({ unquoted($0) == nil }) else {
            return names.map { unquoted($0) ?? $0 }.joined(separator: "/")
        }
        if let inner = unquoted(path[...]) { return String(inner) }
        let ends = names.flatMap { [$0.first, $0.last] }.compactMap(\.self)
        guard path.count(where: quoteMarks.contains) == 1, path.count > 1, !path.contains("\\"),
            !quoteMarks.isDisjoint(with: ends)
        else { return path }
        return path.filter { !quoteMarks.contains($0) }
    }

    private static func quotes(_ path: String, _ use: Use) -> PathOddity? {
        let inner = withoutQuotes(path)
        guard inner != path else { return nil }
        let subject = path.count - inner.count == 1 ? "the quote is" : "the quotes are"
        return PathOddity(
            .quotedPath,
            "\(subject) part of the name \(path.clipped); write '\(meant(path, use).clipped)'"
        )
    }

    private static func endsWithComma(_ path: String) -> Bool {
        path.hasSuffix(",") && path.count > 1 && !path.hasSuffix("\\,")
    }

    /// Returns the name without blanks at its ends; one after a backslash stays.
    private static func trimmed(_ name: Substring) -> Substring {
        var rest = name.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace ?? false, !rest.dropLast().hasSuffix("\\") {
            rest.removeLast()
        }
        return rest
    }

    private static func blanks(_ path: String, _ use: Use) -> PathOddity? {
        // An empty path of a cache is the root, which the reader reports.
        if path.isBlank, !path.isEmpty || use == .exclusion {
            return PathOddity(.blankPath, "the path '\(path.clipped)' names no file; leave it out")
        }
        let names = names(of: path)
        let trimmed = names.map(trimmed)
        var fault = "comma after '\(String(path.dropLast()).clipped)'"
        if let index = names.indices.first(where: { names[$0] != trimmed[$0] }) {
            let isBefore = names[index].first?.isWhitespace ?? false && !trimmed[index].isEmpty
            let rest = isBefore ? trimmed[index...] : trimmed[...index]
            let side = isBefore ? "before" : "after"
            fault = "blank \(side) '\(rest.joined(separator: "/").clipped)'"
        } else if !endsWithComma(path) {
            return nil
        }
        return PathOddity(
            .blankPath,
            "the \(fault) is part of the name; write '\(meant(path, use).clipped)'"
        )
    }

    private static func command(_ path: String, _ use: Use) -> PathOddity? {
        guard path.contains("$(") || path.contains("`") else { return nil }
        var remedy = "put the path into a variable and write '$NAME'"
        if let start = ["$(pwd)", "`pwd`"].first(where: { path == $0 || path.hasPrefix($0 + "/") })
        {
            let rest = String(path.dropFirst(start.count + 1))
            let isRoot = CacheSection.isRoot(rest) || CacheSection.includesSources(rest)
            let origin =
                use == .cache || use == .base
                ? "the source root" : "'base-directory', or else at the source root"
            remedy =
                switch use {
                case .cache where isRoot: "name what the build makes, such as 'node_modules/**/*'"
                case .base where rest.isEmpty: "leave it out, because it is the source root"
                case _ where rest.isEmpty: "name the files"
                default: "paths start at \(origin), so write '\(rest.clipped)'"
                }
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
        let rest = meant(String(path.dropFirst()), .exclusion).clipped
        let remedy =
            switch use {
            case .cache, .report: "name the files to keep"
            case .base: "name the directory with the files"
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

    private static let knownDirectories: Set<Substring> = [
        "node_modules", "bower_components", ".git", ".github", ".idea", ".vscode", ".venv", "venv",
        "__pycache__", ".pytest_cache", ".tox", ".terraform", ".gradle", ".m2", ".cache", ".next",
        "target", "dist", "build", "vendor", "coverage", "test", "tests", "src", "docs", "tmp",
    ]

    /// Returns the pattern of the files in a directory, if the path is one, else the path.
    private static func excludable(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        let isDirectory = path.hasSuffix("/") && name != "**" || knownDirectories.contains(name)
        guard isDirectory, !name.isEmpty else { return path }
        return (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/**/*"
    }

    private static func directory(_ path: String, _ use: Use) -> PathOddity? {
        let files = excludable(path)
        guard use == .exclusion, files != path else { return nil }
        return PathOddity(
            .excludedDirectory,
            "'\(path.clipped)' leaves out no file in a directory of that name; write"
                + " '\(files.clipped)'"
        )
    }
}

extension Reader {
    mutating func checkPaths(_ paths: [Located<String>], _ use: PathOddity.Use) {
        for path in paths {
            for oddity in PathOddity.all(in: path.value, use) {
                let isTilde = oddity.name == .tildePath
                let behaviour = isTilde ? "not documented; it looks for a directory named '~'" : nil
                report(oddity.name, oddity.message, at: path.range, codeBuild: behaviour)
            }
        }
    }
}
