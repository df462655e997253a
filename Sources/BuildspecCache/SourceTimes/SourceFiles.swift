internal import BuildspecFiles

/// The source files of a tree: a build tool decides by their times what it must build again.
public struct SourceFiles: Sendable, Equatable {
    /// The paths relative to the root; `nil` is every file.
    let listed: Set<PathBytes>?

    /// Every file of the root except the cached files and `.git`; for trees without git.
    public static let everything = SourceFiles(listed: nil)

    private init(listed: Set<PathBytes>?) {
        self.listed = listed
    }

    /// Creates the files of a list, as `git ls-files -z` prints it.
    ///
    /// - Parameter list: Paths relative to the root, each of which ends with a zero byte.
    public init(nullSeparated list: [UInt8]) {
        listed = Set(list.split(separator: 0).map { PathBytes(Array($0)) })
    }
}
