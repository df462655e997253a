internal import BuildspecFiles
internal import SystemPackage

/// The repository outside of the sources that git needs in an execution environment.
///
/// A linked worktree has a file `.git` that names a directory of the main repository. Commands see that
/// directory, read-only, but only if the repository itself lists the worktree: the `.git` file of a
/// foreign source tree could name any directory of the user's.
struct VisibleRepository: Sendable {
    /// The repository's directory, links resolved, and the path at which git inside looks for the
    /// directory; `nil` if the sources contain their repository.
    var repository: (outside: FilePath, inside: FilePath)?
    /// Why git inside finds no repository, in one line; `nil` if git finds one, or if none exists.
    var problem: String?

    /// Finds the repository of the sources, whose root commands see as `root`.
    init(of sources: FilePath, seenAt root: FilePath) {
        guard let directory = try? DirectoryHandle.open(PathBytes(sources.string)) else { return }
        switch ((try? directory.status(".git".utf8)) ?? nil)?.kind {
        case .directory:
            problem = VisibleRepository.alternatesProblem(of: sources.appending(".git"))
        case .regular:
            followGitFile(in: sources, root)
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

    private mutating func followGitFile(in sources: FilePath, _ root: FilePath) {
        let link = sources.appending(".git")
        guard let named = VisibleRepository.path(in: link, after: "gitdir: "),
            let directory = VisibleRepository.absolute(sources.pushing(named)),
            let repository = VisibleRepository.repository(ofWorktree: directory, gitFile: link)
        else {
            problem =
                "git finds no repository in the build: '.git' of the sources is a file that "
                + "does not name a repository with the sources as its worktree; build a clone"
            return
        }
        let inside = root.pushing(named).lexicallyNormalized()
            .removingLastComponent().removingLastComponent()
        guard !inside.starts(with: root), !root.starts(with: inside), inside != "/" else {
            problem =
                "git finds no repository in the build: '.git' of the sources names '\(named)', where a "
                + "build has other files; build a clone"
            return
        }
        self.repository = (repository, inside)
        problem = VisibleRepository.alternatesProblem(of: repository)
    }

    /// Returns the repository of a worktree's administrative directory, `REPOSITORY/worktrees/NAME`, if
    /// that directory names this `.git` file as the worktree's.
    private static func repository(
        ofWorktree directory: FilePath,
        gitFile link: FilePath
    ) -> FilePath? {
        let above = directory.removingLastComponent()
        let repository = above.removingLastComponent()
        guard above.lastComponent == "worktrees",
            let common = path(in: directory.appending("commondir")),
            absolute(directory.pushing(common)) == repository,
            let back = path(in: directory.appending("gitdir")),
            let named = absolute(directory.pushing(back)), let own = absolute(link), named == own
        else { return nil }
        return repository
    }

    /// Returns a warning if a repository takes objects from another one; `nil` otherwise.
    private static func alternatesProblem(of repository: FilePath) -> String? {
        let file = repository.appending("objects/info/alternates")
        guard let other = path(in: file), other.isAbsolute else { return nil }
        return "git may miss objects in the build: the repository takes some from '\(other)'; "
            + "'git repack -a -d' copies them"
    }

    /// Reads the path in the first line of a small file.
    private static func path(in file: FilePath, after prefix: String = "") -> FilePath? {
        guard let bytes = try? SmallFile.readRegular(file), bytes.count <= 1 << 16,
            let line = String(validating: bytes, as: UTF8.self)?
                .split(whereSeparator: \.isNewline).first,
            line.hasPrefix(prefix), line.count > prefix.count
        else { return nil }
        return FilePath(String(line.dropFirst(prefix.count)))
    }

    private static func absolute(_ path: FilePath) -> FilePath? {
        (try? Machine.absolute(path)).map { FilePath($0.text) }
    }
}
