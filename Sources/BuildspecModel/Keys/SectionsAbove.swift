/// The sections of a file, relative to the position of a misplaced key.
struct SectionsAbove {
    /// The top-level mapping.
    var root = Mapping()
    /// The position of the key.
    var position = SourcePosition(line: 1, column: 1)

    /// Returns the path, of several possible paths of a key, whose section the file has.
    ///
    /// This is the last section that begins above the key, else the first one below. Names that the
    /// user chooses, such as the name of a report group, are replaced by those in the file.
    func nearest(of paths: [String]) -> String? {
        let present = paths.compactMap(resolve)
        let above = present.filter { $0.start < position }
        return
            (above.max { ($0.known, $0.start) < ($1.known, $1.start) }
            ?? present.max { ($0.known, $1.start) < ($1.known, $0.start) })?.path
    }

    private func resolve(_ path: String) -> (path: String, known: Int, start: SourcePosition)? {
        var parts = path.split(separator: ".").map(String.init)
        var mapping: Mapping? = root
        var start: SourcePosition?
        var known = 0
        for index in parts.indices.dropLast() {
            let isList = parts[index].hasSuffix("[]")
            let name = parts[index].replacing("[]", with: "")
            let pair =
                name.hasPrefix("<")
                ? mapping?.pairs.last { $0.keyRange.start < position } ?? mapping?.pairs.first
                : mapping?.pair(name)
            guard let pair, !isList || pair.value.items != nil else { break }
            if name.hasPrefix("<") { parts[index] = pair.name.clipped }
            // Only the section counts, not the depth of the key in the section.
            start = start ?? pair.keyRange.start
            known = min(known + 1, parts.count - 1)
            mapping = isList ? pair.value.items?.last?.mapping : pair.value.mapping
        }
        guard let start else { return nil }
        let isWhole = known == parts.count - 1
        return (parts.joined(separator: "."), isWhole ? 1 : 0, start)
    }
}
