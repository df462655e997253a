internal import BuildspecFiles
package import SystemPackage

/// What there is to say of a cache path that means another place than its text suggests.
package enum CachePathNote {
    /// Says that a path with `..` means one place on this machine, wherever other checkouts are.
    ///
    /// - Parameters:
    ///   - path: the declared path, variables put in.
    ///   - root: the directory that it starts at.
    /// - Returns: one line; `nil` for a path that stays in the root.
    package static func climbing(_ path: String, root: FilePath) -> String? {
        let root = Machine.settled(PathBytes(root.string))
        let outside = PathSet([path], root: root).canonicalTexts.first { $0.hasPrefix("/") }
        guard !path.hasPrefix("/"), let outside else { return nil }
        return
            "the path '\(path)' leads out of the source root and counts as '\(outside)', so that a "
            + "checkout elsewhere has an entry of its own; write an absolute path to share one"
    }
}
