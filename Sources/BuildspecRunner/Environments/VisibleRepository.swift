internal import BuildspecFiles
internal import SystemPackage

/// What git in a place needs of this machine beside the sources.
///
/// A linked worktree has a file `.git` that names a directory of the main repository. That directory is
/// shown to commands, read-only, but only if the repository itself says that the worktree is its own: a
/// stranger's `.git` file could name any directory of the user's.
struct VisibleRepository: Sendable, Equatable {
    /// The repository's directory, links resolved, and where commands look for it; `nil` when nothing
    /// has to be shown.
    var repository: (outside: FilePath, inside: FilePath)?
    /// Why git finds nothing in the place, in one line; `nil` when it does, or when nobody expects it to.
    var problem: String?

    static func == (one: VisibleRepository, other: VisibleRepository) -> Bool {
        one.repository?.outside == other.repository?.outside
            && one.repository?.inside == other.repository?.inside && one.problem == other.problem
    }

    /// Looks at the sources.
    ///
    /// - Parameters:
    ///   - sources: the source root on this machine.
    ///   - root: the source root as commands see it.
    init(of sources: FilePath, seenAt root: FilePath) {
        guard let directory = try? DirectoryHandle.open(PathBytes(sources.string)) else { return }
        switch ((try? directory.status(".git".utf8)) ?? nil)?.kind {
        case .directory:
            problem = VisibleRepository.farObjects(of: sources.appending(".git"))
        case .regular:
            lookAtLink(in: sources, root)
        case nil where SourceVersion.isInGitTree(sources):
            problem =
                "git finds no repository in the build: the sources are a part of one that begins above "
                + "them; name its top directory with '--source'"
        case nil: break
        default:
            problem =
                "git finds no repository in the build: '.git' of the sources is a link; make it a "
                + "directory, or build a clone"
        }
    }

    /// Follows a `.git` file.
    private mutating func lookAtLink(in sources: FilePath, _ root: FilePath) {
        let link = sources.appending(".git")
        guard let named = VisibleRepository.path(in: link, after: "gitdir: "),
            let place = VisibleRepository.absolute(sources.pushing(named)),
            let repository = VisibleRepository.repository(ofWorktree: place, whoseLinkIs: link)
        else {
            problem =
                "git finds no repository in the build: '.git' of the sources is a file, and what it "
                + "names is not a repository that has them as its worktree; build a clone"
            return
        }
        let inside = root.pushing(named).lexicallyNormalized()
            .removingLastComponent().removingLastComponent()
        guard !inside.starts(with: root), !root.starts(with: inside), inside != "/" else {
            problem =
                "git finds no repository in the build: '.git' of the sources names '\(named)', where a "
                + "build has something else; build a clone"
            return
        }
        self.repository = (repository, inside)
        problem = VisibleRepository.farObjects(of: repository)
    }

    /// The repository of a worktree's administrative directory, `REPOSITORY/worktrees/NAME`, if it says
    /// that the worktree's link is this one.
    private static func repository(
        ofWorktree place: FilePath,
        whoseLinkIs link: FilePath
    ) -> FilePath? {
        let above = place.removingLastComponent()
        let repository = above.removingLastComponent()
        guard above.lastComponent == "worktrees",
            let common = path(in: place.appending("commondir")),
            absolute(place.pushing(common)) == repository,
            let back = path(in: place.appending("gitdir")),
            let named = absolute(place.pushing(back)), let own = absolute(link), named == own
        else { return nil }
        return repository
    }

    /// What is wrong where a repository takes objects from others.
    private static func farObjects(of repository: FilePath) -> String? {
        let file = repository.appending("objects/info/alternates")
        guard let other = path(in: file), other.isAbsolute else { return nil }
        return "git may miss objects in the build: the repository takes some from '\(other)'; "
            + "'git repack -a -d' copies them"
    }

    /// The path in the first line of a small file.
    private static func path(in file: FilePath, after word: String = "") -> FilePath? {
        guard let bytes = try? SmallFile.readPlain(file), bytes.count <= 1 << 16,
            let line = String(validating: bytes, as: UTF8.self)?
                .split(whereSeparator: \.isNewline).first,
            line.hasPrefix(word), line.count > word.count
        else { return nil }
        return FilePath(String(line.dropFirst(word.count)))
    }

    private static func absolute(_ path: FilePath) -> FilePath? {
        (try? Machine.absolute(path)).map { FilePath($0.text) }
    }
}
