internal import BuildspecFiles

/// Which files of a tree are its sources: those whose times tell a build tool what to make anew.
public struct SourceFiles: Sendable, Equatable {
    /// Paths relative to the root; `nil` is every file.
    let listed: Set<PathBytes>?

    /// Every file of the root but those of the cache and of `.git`; for trees without git.
    public static let everything = SourceFiles(listed: nil)

    private init(listed: Set<PathBytes>?) {
        self.listed = listed
    }

    /// Takes the files of a list, as `git ls-files -z` prints it.
    ///
    /// - Parameter list: paths relative to the root, each ended by a zero byte.
    public init(nullSeparated list: [UInt8]) {
        listed = Set(list.split(separator: 0).map { PathBytes(Array($0)) })
    }
}

/// What a restore did to the times of source files.
public struct RetimeReport: Sendable, Equatable {
    /// Files whose content is that of the save.
    public var unchanged = 0
    /// Of those, the ones that could not get the time of the save back and so look new.
    public var kept = 0
    /// Files with another content than at the save, new ones included.
    public var changed = 0
    /// Of those, the ones that looked older than the cache and were given the time now.
    public var renewed = 0

    /// Creates a report of nothing done.
    public init() {}
}
