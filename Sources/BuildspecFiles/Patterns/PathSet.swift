/// The declared paths of a cache entry, which can be below a root or elsewhere.
///
/// A path that a pattern matches belongs to the set with everything below, so `a`, `a/**` and
/// `a/**/*` all mean a whole directory `a`. Relative patterns start at the root. Absolute patterns
/// below the root are made relative, so that the set means the same in every checkout.
package struct PathSet: Sendable {
    /// The patterns in canonical form, sorted and without duplicates; equal sets have equal texts.
    package let canonicalTexts: [String]
    /// The texts that earlier versions of this program wrote, if they differ.
    ///
    /// These versions replaced `a*/**/*` by `a*`, so that the set also contained the files matching
    /// `a*`.
    package let formerTexts: [String]?

    /// The declared patterns, without those that cover the root.
    let declared: [FilePattern]
    /// The patterns of the topmost relative paths.
    let relative: [FilePattern]
    /// The patterns of the topmost absolute paths.
    let absolute: [FilePattern]

    /// Creates the set of some declared patterns.
    ///
    /// - Parameters:
    ///   - texts: The patterns, with variables expanded.
    ///   - root: The absolute path of the directory that relative patterns start at.
    package init(_ texts: [String], root: PathBytes) {
        var canonical: Set<String> = []
        var former: Set<String> = []
        var topmost: Set<FilePattern> = []
        var declared: [FilePattern] = []
        for text in texts.flatMap(FilePattern.parse) {
            let pattern = text.resolvingParents(from: root).relativized(to: root)
            // A cache cannot contain the whole root or a directory above.
            guard !pattern.covers(root) else { continue }
            declared.append(pattern)
            let top = pattern.topmost
            former.insert(top.plainText)
            canonical.insert(top.canonicalText)
            topmost.insert(top)
        }
        canonicalTexts = PathSet.sorted(canonical)
        formerTexts = former == canonical ? nil : PathSet.sorted(former)
        self.declared = declared
        absolute = topmost.filter(\.isAbsolute)
        relative = topmost.filter { !$0.isAbsolute }
    }

    private static func sorted(_ texts: Set<String>) -> [String] {
        texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Returns whether a path is in the set, by its name or by a directory above.
    ///
    /// It matters whether the path is a directory: `a*/**/*` contains directories `a…` with their
    /// contents, but not files with such names.
    package func contains(_ path: PathBytes, isDirectory: Bool) -> Bool {
        let names = path.components
        return (path.isAbsolute ? absolute : relative).contains { pattern in
            // The root itself is not in the set, but everything below can be.
            if pattern.components.isEmpty { return !names.isEmpty }
            var cursor = PatternCursor(pattern)
            for name in names.dropLast() {
                cursor.descend(into: name)
                if cursor.isComplete { return true }
            }
            guard let name = names.last else { return false }
            cursor.descend(into: name)
            return cursor.fits(isDirectory: isDirectory)
        }
    }
}

extension PathSet {
    /// The first names of all relative paths in the set; `nil` if one of them has wildcards.
    package var firstNames: Set<[UInt8]>? {
        var names: Set<[UInt8]> = []
        for pattern in relative {
            guard let first = pattern.literalNames.first else { return nil }
            names.insert(first)
        }
        return names
    }

    /// The paths before the first wildcard of each pattern: `lib` for `lib/**/*`, empty for `**/*`.
    package var bases: [PathBytes] {
        (relative + absolute).map { pattern in
            pattern.literalNames.reduce(PathBytes(pattern.isAbsolute ? "/" : "")) {
                $0.appending($1)
            }
        }
    }
}

extension FilePattern {
    /// The text of a topmost pattern in a path set.
    fileprivate var plainText: String {
        (isAbsolute ? "/" : "./") + components.map(\.text).joined(separator: "/")
    }

    /// The text of a topmost pattern, with `/**` after a wildcard that matches only directories.
    ///
    /// A literal name gets no `/**`: it is either a file or a directory, and the keys of existing
    /// entries contain it without.
    fileprivate var canonicalText: String {
        guard isForDirectories, let last = components.last, last.literal == nil else {
            return plainText
        }
        return plainText + "/**"
    }
}
