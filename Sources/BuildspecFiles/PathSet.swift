/// The declared paths of a cache: which files belong to it, below a root and elsewhere.
///
/// A path that a pattern matches belongs to the set with everything below it, so `a`, `a/**` and
/// `a/**/*` all mean the whole of `a`. Relative patterns start at the root; absolute ones that lie
/// below the root are made relative, so that the set means the same in every checkout.
package struct PathSet: Sendable {
    /// The patterns in canonical form, sorted, each once: equal sets have equal canonical texts.
    package let canonicalTexts: [String]

    let relative: [[FilePattern.Component]]
    let absolute: [[FilePattern.Component]]

    /// Creates the set.
    ///
    /// - Parameters:
    ///   - texts: the patterns as declared, variables already expanded.
    ///   - root: the absolute path of the directory that relative patterns start at.
    package init(_ texts: [String], root: PathBytes) {
        var canonical: Set<String> = []
        var relative: [[FilePattern.Component]] = []
        var absolute: [[FilePattern.Component]] = []
        for pattern in texts.flatMap(FilePattern.parse) where !pattern.isRoot {
            let placed = PathSet.place(pattern, root: root)
            guard canonical.insert(placed.text).inserted else { continue }
            if placed.isAbsolute {
                absolute.append(placed.components)
            } else {
                relative.append(placed.components)
            }
        }
        canonicalTexts = canonical.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.relative = relative
        self.absolute = absolute
    }

    /// Whether the path is in the set, itself or by a directory above it.
    package func contains(_ path: PathBytes) -> Bool {
        let names = path.components
        return (path.isAbsolute ? absolute : relative).contains { components in
            var cursor = PatternCursor(components)
            // The root itself belongs to nobody, but everything below it may.
            if components.isEmpty { return !names.isEmpty }
            for name in names {
                cursor.descend(into: name)
                if cursor.isComplete { return true }
            }
            return false
        }
    }

    private struct Placed {
        var components: [FilePattern.Component]
        var isAbsolute: Bool
        var text: String
    }

    /// Moves a pattern to the root or to `/`, whichever it lies below, and cuts what says nothing.
    private static func place(_ pattern: FilePattern, root: PathBytes) -> Placed {
        var names = pattern.text.split(separator: "/").map(String.init)
        var isAbsolute = pattern.isAbsolute
        let rootNames = root.components.map { String(decoding: $0, as: UTF8.self) }
        if pattern.climbs > 0 {
            names = rootNames.dropLast(pattern.climbs) + names.dropFirst(pattern.climbs)
            isAbsolute = true
        }
        if isAbsolute, names.count > rootNames.count, names.starts(with: rootNames) {
            names.removeFirst(rootNames.count)
            isAbsolute = false
        }
        if names.last == "*", names.dropLast().last == "**" { names.removeLast() }
        while names.last == "**" { names.removeLast() }
        let components = names.map { name in
            name == "**" ? .anyDepth : FilePattern.Component.name(GlobComponent(Array(name.utf8)))
        }
        let text = (isAbsolute ? "/" : "./") + names.joined(separator: "/")
        return Placed(components: components, isAbsolute: isAbsolute, text: text)
    }
}
