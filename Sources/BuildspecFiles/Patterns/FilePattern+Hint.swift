extension FilePattern {
    /// Returns a warning for a pattern whose braces have more alternatives than the limit, else
    /// `nil`.
    package static func alternativesWarning(for text: String) -> String? {
        guard BraceExpansion.expanded(Array(text.utf8)).isTruncated else { return nil }
        return
            "the braces in '\(text)' expand to more than \(BraceExpansion.limit) paths, and only the "
            + "first \(BraceExpansion.limit) are used; write several patterns"
    }

    /// Returns a hint for a pattern that is also the literal path of an existing file.
    ///
    /// An example is `pages/[slug]/page.js` if a directory `[slug]` exists: in a pattern, `[slug]`
    /// matches one of four letters.
    ///
    /// - Parameters:
    ///   - text: The pattern.
    ///   - root: The absolute path of the directory that the pattern starts at.
    /// - Returns: A sentence with the escaped pattern, or `nil` if no such path exists.
    package static func hint(for text: String, in root: PathBytes) -> String? {
        if let warning = alternativesWarning(for: text) { return warning }
        // The names of the root are literal, whatever characters they have.
        let top = root.text + "/"
        guard !text.hasPrefix(top) else {
            return hint(for: String(text.dropFirst(top.count)), in: root)
        }
        let special: (UInt8) -> Bool = { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        let wild = Set("*?\\".utf8)
        let names = Array(text.utf8).split(separator: slash, omittingEmptySubsequences: false)
        let plain = names.prefix { !$0.contains(where: wild.contains) }
        // The longest path may not exist, as in `pages/[slug]/{page,x}.js`.
        for last in plain.indices.reversed() where plain[last].contains(where: special) {
            let spelled = PathBytes(Array(plain[...last].joined(separator: [slash])))
            guard isMissed(spelled, in: root) else { continue }
            let rest = names[(last + 1)...].map { [slash] + $0 }.joined()
            let literal = plain[...last].map(GlobComponent.escaped).joined(separator: [slash])
            let written = PathBytes(Array(literal) + rest)
            return
                "'\(spelled.text)' is there, but '[' and '{' begin a choice; write "
                + "'\(written.text)'"
        }
        return nil
    }

    /// Returns whether a path exists that its text, as a pattern, does not match.
    private static func isMissed(_ spelled: PathBytes, in root: PathBytes) -> Bool {
        let path = spelled.isAbsolute ? spelled : root.appending(spelled.bytes)
        let (directory, name) = path.split
        guard let handle = try? DirectoryHandle.open(PathBytes(Array(directory))),
            let status = try? handle.status(name), status.kind != .special
        else { return false }
        return !parse(spelled.text).contains { $0.relativized(to: root).matches(spelled, in: root) }
    }

    private func matches(_ path: PathBytes, in root: PathBytes) -> Bool {
        guard path.isAbsolute, path.isWithin(root), !isAbsolute else { return matches(path) }
        return matches(PathBytes(Array(path.tail(below: root))))
    }
}
