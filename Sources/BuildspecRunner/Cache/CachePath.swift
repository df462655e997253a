internal import BuildspecFiles
internal import BuildspecModel
package import SystemPackage

/// A path of the `cache` section with its variables expanded, or the reason why it is skipped.
///
/// A path with a variable that has no value is skipped, because it would mean another directory,
/// perhaps the whole disk. The source root itself is skipped too, because a restore would overwrite
/// newer sources.
struct CachePath: Sendable, Equatable {
    let declared: String
    /// The path with its variables expanded.
    let text: String
    /// The reason why the path is skipped; `nil` if it is used.
    let obstacle: String?
    /// Whether the path is the source root, or a directory above it.
    let isRoot: Bool

    /// Expands the variables of a path; `root` is the source root as commands see it.
    init(_ declared: String, root: FilePath, _ value: (String) -> String?) {
        self.declared = declared
        let expansion = VariableText.expand(declared, value)
        text = expansion.text
        if let name = expansion.unset.first {
            (obstacle, isRoot) = ("'\(name)' is not set before INSTALL", false)
        } else if let name = VariableText.emptiedName(in: declared, value) {
            let reason = "'\(name)' is empty before INSTALL, and without it the path is another one"
            (obstacle, isRoot) = (reason, false)
        } else if FilePattern.parse(text).allSatisfy(\.isRoot) {
            let reason = "it names no file; name what the build makes, such as 'node_modules/**/*'"
            (obstacle, isRoot) = (reason, true)
        } else if CachePath.covers(text, root) {
            let reason =
                "it includes the whole source root; name what the build makes, such as "
                + "'node_modules/**/*'"
            (obstacle, isRoot) = (reason, true)
        } else {
            (obstacle, isRoot) = (nil, false)
        }
    }

    private static func covers(_ text: String, _ root: FilePath) -> Bool {
        let root = Machine.resolved(PathBytes(root.string))
        return FilePattern.parse(text).allSatisfy { $0.coversThroughLinks(root) }
    }

    /// The warnings for the expanded path, without those that validation reports for the declared one.
    var oddities: [String] {
        PathOddity.all(in: text, declaredAs: declared, .cache).map(\.message)
    }
}

/// Notes about a cache path that means another file than its text suggests.
package enum CachePathNote {
    /// Explains in one line that an expanded path with `..` means one directory on this machine, for all
    /// checkouts; returns `nil` for a path inside of the root.
    package static func outsideRoot(_ path: String, root: FilePath) -> String? {
        let root = Machine.resolved(PathBytes(root.string))
        let outside = FilePattern.parse(path).filter {
            $0.leadingParents > 0 && $0.resolved(at: root).isAbsolute
        }
        let set = PathSet(outside.map(\.declaration), root: root)
        guard let outside = set.canonicalTexts.first else { return nil }
        return
            "the path '\(path)' leads out of the source root and counts as '\(outside)', so that a "
            + "checkout elsewhere has another entry; write an absolute path to share one"
    }
}
