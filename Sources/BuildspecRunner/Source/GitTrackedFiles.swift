package import BuildspecCache
package import BuildspecFiles
package import SystemPackage

/// The tracked files of a source root, and the files that a cache must not store.
package struct GitTrackedFiles: Sendable {
    /// The files that a cache leaves out.
    package private(set) var checkout = Checkout()
    /// The first reason why git failed although the root is in a git tree.
    package var problem: String? { checkout.unlisted.first?.reason }

    /// The files whose times a cache records: the tracked ones, or all if git tracks none.
    package var sources: SourceFiles {
        checkout.files.isEmpty ? .everything : SourceFiles(nullSeparated: checkout.files)
    }

    /// Finds the tracked files, if the directory is in a git tree.
    ///
    /// Submodules are listed one by one, because git before 2.36 cannot show their modes in one list. So
    /// are other work trees of the same repository inside of the root, because their files are a user's
    /// work. The default request finds all paths, also above the root.
    package static func find(
        in directory: FilePath,
        _ request: Checkout.Request = Checkout.Request()
    ) async -> GitTrackedFiles {
        var tracked = GitTrackedFiles()
        tracked.checkout.repositories = request.repositories
        let git = GitIndex(root: directory)
        var directories = request.repositories.map { String(decoding: $0, as: UTF8.self) }
        if let gitEntry = SourceVersion.nearestGitEntry(from: directory) {
            let listed = request.names.flatMap { (1...mostNames).contains($0.count) ? $0 : nil }
            let top = gitEntry.removingLastComponent()
            let list = await git.list("", GitTrackedFiles.pathspecs(listed))
            if case .problem(let reason) = list {
                let path = top == directory ? [] : Array(top.string.utf8)
                tracked.checkout.unlisted.append(Checkout.Unlisted(path: path, reason: reason))
            } else {
                directories += await tracked.add(list, in: "", listed, git)
            }
            directories += await tracked.addWorktrees(git)
        }
        var seen: Set<String> = []
        while !directories.isEmpty {
            let batch = directories.filter { seen.insert($0).inserted }
            directories = []
            for start in stride(from: 0, to: batch.count, by: width) {
                let lists = await git.lists(batch[start..<min(start + width, batch.count)])
                for (directory, list) in lists {
                    directories += await tracked.add(list, in: directory, nil, git)
                }
            }
        }
        return tracked
    }

    /// Returns the functions by which a cache finds tracked files and unsaved work of a source root.
    package static func finder(in directory: FilePath) -> Checkout.Finder {
        Checkout.Finder {
            await find(in: directory, $0).checkout
        } unsavedWork: {
            await GitIndex(root: FilePath(String(decoding: $0, as: UTF8.self))).unsavedWork()
        }
    }

    /// At most so many names are passed to git; for more, everything is listed.
    private static let mostNames = 100
    /// The number of submodules that are listed at once.
    private static let width = 4

    /// Returns the pathspecs for the root.
    private static func pathspecs(_ names: [String]?) -> [String] {
        names?.map { ":(literal)" + $0 } ?? [":/"]
    }

    /// Adds the entries of an index, and returns the directories in it that have a separate index.
    private mutating func add(
        _ list: GitIndex.List,
        in directory: String,
        _ names: [String]?,
        _ git: GitIndex
    ) async -> [String] {
        let prefix = directory.isEmpty ? [] : Array(directory.utf8) + [slash]
        switch list {
        case .none: return []
        case .problem(let reason):
            checkout.unlisted.append(Checkout.Unlisted(path: Array(directory.utf8), reason: reason))
            return []
        case .entries(let bytes):
            var repositories: [String] = []
            for record in bytes.split(separator: 0) {
                // A record has mode, object and stage, then a tab and the path.
                guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else { continue }
                let path = prefix + record[(tab + 1)...]
                if record.starts(with: "160000 ".utf8) {
                    let name = String(decoding: path, as: UTF8.self)
                    repositories.append(name)
                    if FileProbe.exists(git.root.pushing(FilePath(name)).appending(".git")) {
                        checkout.repositories.append(path)
                    } else {
                        // Git does not check a submodule out into a directory that is not empty.
                        checkout.excluded.append(path)
                    }
                } else {
                    checkout.files += path
                    checkout.files.append(0)
                }
            }
            // An empty index may have been removed or damaged.
            if bytes.isEmpty {
                for path in await git.committed(directory, names).split(separator: 0) {
                    checkout.files += prefix + path + [0]
                }
                return []
            }
            let paths = directory.isEmpty ? GitTrackedFiles.pathspecs(names) : []
            for path in await git.untracked(directory, paths).split(separator: 0)
            where path.last != slash {
                checkout.untracked += prefix + path + [0]
            }
            return repositories
        }
    }

    /// Adds the repository's other work trees, and its directory if that is not `.git`; returns the work
    /// trees inside of the root.
    private mutating func addWorktrees(_ git: GitIndex) async -> [String] {
        guard let gitEntry = SourceVersion.nearestGitEntry(from: git.root),
            let probe = FileProbe(gitEntry),
            !probe.isDirectory || FileProbe(gitEntry.appending("worktrees")) != nil
        else { return [] }
        if !probe.isDirectory {
            let directories = ["--absolute-git-dir", "--git-common-dir"]
            for line in await git.lines(["rev-parse"] + directories) {
                let path = Machine.resolved(PathBytes(git.root.pushing(FilePath(line)).string))
                checkout.excluded.append(path.bytes)
            }
        }
        let root = PathBytes(git.root.string)
        let trees = await git.lines(["worktree", "list", "--porcelain"])
            .filter { $0.hasPrefix("worktree ") }.map { PathBytes(String($0.dropFirst(9))) }
            .filter { $0.isWithin(root) }.map { Array($0.tail(below: root)) }
        checkout.repositories += trees
        return trees.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the files below an existing directory that git tracks, and those that git neither tracks nor
    /// ignores, relative to the directory; `nil` if git fails or there is no repository.
    package static func paths(
        below directory: PathBytes
    ) async -> (tracked: [PathBytes], untracked: [PathBytes])? {
        let root = FilePath(directory.text)
        guard PathBytes(root.string) == directory, SourceVersion.isInGitTree(root) else {
            return nil
        }
        let git = GitIndex(root: root)
        async let untracked = git.untracked("")
        guard let tracked = await git.output(["ls-files", "-z", "--cached"]) else { return nil }
        func paths(_ list: [UInt8]) -> [PathBytes] {
            list.split(separator: 0).map { PathBytes(Array($0)) }
        }
        return (paths(tracked), paths(await untracked))
    }
}

/// The answer to whether git tracks a file.
package enum TrackedFile: Sendable, Equatable {
    /// Git tracks the file, which may be missing on the disk.
    case yes
    /// Git does not track the file, or there is no git tree.
    case no
    /// Git failed, for this reason.
    case unknown(String)

    /// Asks git about a file by its path, links resolved; the file and its directories need not exist.
    package static func find(_ file: PathBytes) async -> TrackedFile {
        var directory = file.parent
        while directory != directory.parent, (try? DirectoryHandle.open(directory)) == nil {
            directory = directory.parent
        }
        let root = FilePath(directory.text)
        let name = PathBytes(Array(file.tail(below: directory)))
        guard SourceVersion.isInGitTree(root) else { return .no }
        guard PathBytes(root.string) == directory, name.text.utf8.elementsEqual(name.bytes) else {
            return .unknown("its path is not UTF-8")
        }
        switch await GitIndex(root: root).list("", [":(literal)" + name.text]) {
        case .none: return .no
        case .entries(let bytes): return bytes.isEmpty ? .no : .yes
        case .problem(let reason): return .unknown(reason)
        }
    }
}
