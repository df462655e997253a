extension FilePattern {
    /// What to say of a pattern whose braces spell out more alternatives than count; `nil` if all do.
    package static func excess(in text: String) -> String? {
        guard BraceExpansion.expanded(Array(text.utf8)).isCut else { return nil }
        return
            "the braces in '\(text)' stand for more than \(BraceExpansion.limit) paths, and only the "
            + "first count; write several patterns"
    }

    /// What to write for a path that is there and that a pattern spells but does not mean.
    ///
    /// `pages/[slug]/page.js` is such a pattern where there is a directory of that name: to a pattern,
    /// `[slug]` is one of four letters.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - root: the absolute path of the directory that it starts at.
    /// - Returns: a sentence, or `nil` where there is no such path.
    package static func hint(for text: String, in root: PathBytes) -> String? {
        if let excess = excess(in: text) { return excess }
        // The root's own names are plain, whatever is in them.
        let top = root.text + "/"
        guard !text.hasPrefix(top) else {
            return hint(for: String(text.dropFirst(top.count)), in: root)
        }
        let special: (UInt8) -> Bool = { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        let wild = Set("*?\\".utf8)
        let names = Array(text.utf8).split(separator: slash, omittingEmptySubsequences: false)
        let plain = names.prefix { !$0.contains(where: wild.contains) }
        guard let last = plain.lastIndex(where: { $0.contains(where: special) }) else { return nil }
        let spelled = PathBytes(Array(plain[...last].joined(separator: [slash])))
        let place = spelled.isAbsolute ? spelled : root.appending(spelled.bytes)
        let (directory, name) = place.split
        guard let handle = try? DirectoryHandle.open(PathBytes(Array(directory))),
            let there = try? handle.status(name), there.kind != .special,
            !parse(spelled.text).contains(where: { $0.below(root).matchesPlace(spelled, root) })
        else { return nil }
        let rest = names[(last + 1)...].map { [slash] + $0 }.joined()
        let literal = plain[...last].map { GlobComponent.escaped($0) }.joined(separator: [slash])
        let written = PathBytes(Array(literal) + rest)
        return "'\(spelled.text)' is there, but '[' and '{' begin a choice; write '\(written.text)'"
    }

    private func matchesPlace(_ path: PathBytes, _ root: PathBytes) -> Bool {
        guard path.isAbsolute, path.isWithin(root), !isAbsolute else { return matches(path) }
        return matches(PathBytes(Array(path.tail(below: root))))
    }
}
