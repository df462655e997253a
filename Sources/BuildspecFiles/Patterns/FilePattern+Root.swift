extension FilePattern {
    /// The same from a directory on, if it leads into that directory by whatever spelling.
    ///
    /// `..` may climb out of the directory and come back, and plain names may lead to it through symbolic
    /// links. The directory's names count as plain ones also with `*` or `[` in them.
    ///
    /// - Parameter root: the directory, an absolute path without links in it.
    /// - Returns: the pattern from there, one that `isRoot` for the directory itself; absolute where it lies
    ///   elsewhere.
    package func settled(at root: PathBytes) -> FilePattern {
        let placed = unclimbed(from: root).below(root)
        guard placed.isAbsolute else { return placed }
        var place = PathBytes("/")
        for (index, component) in placed.components.enumerated() {
            guard case .name(let glob) = component else { break }
            place = place.appending(glob.literal ?? glob.text)
            guard let real = try? Machine.absolute(place) else { break }
            guard real == root else { continue }
            var pattern = placed.dropping(index + 1)
            pattern.isAbsolute = false
            return pattern
        }
        return placed
    }

    /// Whether it matches a directory, or one above it, with all that is in it: `.`, `/`, `/home/*`.
    ///
    /// - Parameter root: the directory, an absolute path without links in it.
    /// - Returns: whether it does.
    package func covers(_ root: PathBytes) -> Bool {
        guard isAbsolute else { return isRoot }
        var cursor = PatternCursor(self)
        return cursor.isComplete
            || root.components.contains { name in
                cursor.descend(into: name)
                return cursor.isComplete
            }
    }

    /// Whether it covers a directory by whatever spelling, through links too.
    ///
    /// - Parameter root: the directory, an absolute path without links in it.
    /// - Returns: whether it does.
    package func coversPlace(_ root: PathBytes) -> Bool {
        let pattern = settled(at: root)
        guard !pattern.covers(root) else { return true }
        let names = pattern.literalNames
        guard pattern.isAbsolute, !names.isEmpty else { return false }
        let start = names.reduce(PathBytes("/")) { $0.appending($1) }
        guard let real = try? Machine.absolute(start), real != start else { return false }
        return pattern.replacingStart(names.count, with: real).covers(root)
    }

    /// The directory that patterns start at: `.`.
    package static let root = FilePattern(isAbsolute: false)

    /// The text to declare it by.
    package var declaration: String {
        isRoot ? "." : text + (isForDirectories ? "/" : "")
    }
}
