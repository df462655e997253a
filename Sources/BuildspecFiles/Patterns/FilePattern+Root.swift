extension FilePattern {
    /// Returns the pattern relative to a directory, if it leads into the directory in any spelling.
    ///
    /// `..` can leave the directory and enter it again, and literal names can lead to it through
    /// symbolic links. The names of the directory count as literal even if they contain `*` or `[`.
    ///
    /// - Parameter root: The absolute path of the directory.
    /// - Returns: The relative pattern, which `isRoot` for the directory itself; an absolute
    ///   pattern if it leads elsewhere.
    package func resolved(at root: PathBytes) -> FilePattern {
        let declared = resolvingParents(from: root).relativized(to: root)
        guard declared.isAbsolute else { return declared }
        let root = Machine.resolved(root)
        var path = PathBytes("/")
        for (index, component) in declared.components.enumerated() {
            guard case .name(let glob) = component else { break }
            path = path.appending(glob.literal ?? glob.text)
            guard let target = try? Machine.absolute(path) else { break }
            guard target == root else { continue }
            var pattern = declared.droppingFirst(index + 1)
            pattern.isAbsolute = false
            return pattern
        }
        return declared
    }

    /// Returns whether the pattern matches a whole directory or one above: `.`, `/`, `/home/*`.
    ///
    /// The path of the directory must be absolute and without links.
    package func covers(_ root: PathBytes) -> Bool {
        guard isAbsolute else { return isRoot }
        var cursor = PatternCursor(self)
        return cursor.isComplete
            || root.components.contains { name in
                cursor.descend(into: name)
                return cursor.isComplete
            }
    }

    /// Returns whether the pattern covers a directory in any spelling, also through links.
    ///
    /// The path of the directory must be absolute and without links.
    package func coversThroughLinks(_ root: PathBytes) -> Bool {
        let pattern = resolved(at: root)
        guard !pattern.covers(root) else { return true }
        let names = pattern.literalNames
        guard pattern.isAbsolute, !names.isEmpty else { return false }
        let start = names.reduce(PathBytes("/")) { $0.appending($1) }
        guard let target = try? Machine.absolute(start), target != start else { return false }
        return pattern.replacingFirst(names.count, with: target).covers(root)
    }

    /// The pattern `.`, for the directory that patterns start at.
    package static let root = FilePattern(isAbsolute: false)

    /// The text that declares the pattern.
    package var declaration: String {
        isRoot ? "." : text + (isForDirectories ? "/" : "")
    }
}
