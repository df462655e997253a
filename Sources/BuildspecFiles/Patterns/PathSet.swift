/// The declared paths of a cache: which files belong to it, below a root and elsewhere.
///
/// A path that a pattern matches belongs to the set with everything below it, so `a`, `a/**` and
/// `a/**/*` all mean the whole of a directory `a`. Relative patterns start at the root; absolute ones
/// that lie below the root are made relative, so that the set means the same in every checkout.
package struct PathSet: Sendable {
    /// The patterns in canonical form, sorted, each once: equal sets have equal canonical texts.
    package let canonicalTexts: [String]
    /// The same as earlier versions of this program wrote it, where that differs: for them `a*/**/*` was
    /// `a*`, and the set had the files that fit `a*` too.
    package let formerTexts: [String]?

    /// The topmost paths.
    let relative: [FilePattern]
    let absolute: [FilePattern]

    /// Creates the set.
    ///
    /// - Parameters:
    ///   - texts: the patterns as declared, variables already expanded.
    ///   - root: the absolute path of the directory that relative patterns start at.
    package init(_ texts: [String], root: PathBytes) {
        var canonical: Set<String> = []
        var former: Set<String> = []
        var tops: Set<FilePattern> = []
        for text in texts.flatMap(FilePattern.parse) {
            let pattern = text.unclimbed(from: root).below(root)
            // The root whole, or what it lies in, is nobody's cache.
            guard !pattern.covers(root) else { continue }
            let top = pattern.tops
            former.insert(top.plainText)
            canonical.insert(top.canonicalText)
            tops.insert(top)
        }
        canonicalTexts = PathSet.sorted(canonical)
        formerTexts = former == canonical ? nil : PathSet.sorted(former)
        absolute = tops.filter(\.isAbsolute)
        relative = tops.filter { !$0.isAbsolute }
    }

    private static func sorted(_ texts: Set<String>) -> [String] {
        texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether the path is in the set, itself or by a directory above it.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - isDirectory: whether it is one: `a*/**/*` has directories `a…` with what is in them, and no
    ///     files of such names.
    /// - Returns: whether it belongs to the set.
    package func contains(_ path: PathBytes, isDirectory: Bool) -> Bool {
        let names = path.components
        return (path.isAbsolute ? absolute : relative).contains { pattern in
            // The root itself belongs to nobody, but everything below it may.
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
    /// The first names of all relative paths in the set; `nil` where they are not plain.
    package var firstNames: Set<[UInt8]>? {
        var names: Set<[UInt8]> = []
        for pattern in relative {
            guard let first = pattern.literalNames.first else { return nil }
            names.insert(first)
        }
        return names
    }

    /// The paths that the patterns name before a wildcard comes: `lib` of `lib/**/*`, nothing of `**/*`.
    package var bases: [PathBytes] {
        (relative + absolute).map { pattern in
            pattern.literalNames.reduce(PathBytes(pattern.isAbsolute ? "/" : "")) {
                $0.appending($1)
            }
        }
    }
}

extension FilePattern {
    /// A top's text in a path set.
    fileprivate var plainText: String {
        (isAbsolute ? "/" : "./") + components.map(\.text).joined(separator: "/")
    }

    /// The same where `/**` behind a wildcard tells directories from files.
    ///
    /// One plain name says the same without: it is a file or a directory, and entries have had that
    /// text from the beginning.
    fileprivate var canonicalText: String {
        guard isForDirectories, let last = components.last, last.literal == nil else {
            return plainText
        }
        return plainText + "/**"
    }
}
