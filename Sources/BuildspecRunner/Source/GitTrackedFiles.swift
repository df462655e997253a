package import BuildspecCache
package import BuildspecFiles
package import SystemPackage

/// What git's index knows of a source root: the files that come from the checkout.
package struct GitTrackedFiles: Sendable {
    /// What a cache leaves out.
    package private(set) var checkout = Checkout()
    /// Why git could not be asked although the root is in a git tree; the first reason of several.
    package var problem: String? { checkout.unlisted.first?.reason }

    /// The files whose times a cache records: those that git knows, or all where it knows none.
    package var sources: SourceFiles {
        checkout.files.isEmpty ? .everything : SourceFiles(nullSeparated: checkout.files)
    }

    /// Asks git, if the directory is in a git tree.
    ///
    /// Submodules are asked one by one, because git before 2.36 cannot show their modes in one list. So
    /// are other work trees of the same repository inside of the root: their files are somebody's work.
    ///
    /// - Parameters:
    ///   - directory: the source root.
    ///   - question: what matters; by default every path, those above the root too.
    /// - Returns: what git knows.
    package static func find(
        in directory: FilePath,
        _ question: Checkout.Question = Checkout.Question()
    ) async -> GitTrackedFiles {
        var tracked = GitTrackedFiles()
        tracked.checkout.repositories = question.repositories
        let git = GitIndex(root: directory)
        var places = question.repositories.map { String(decoding: $0, as: UTF8.self) }
        if let place = SourceVersion.gitPlace(directory) {
            let few = question.names.flatMap { (1...mostNames).contains($0.count) ? $0 : nil }
            let top = place.removingLastComponent()
            let list = await git.list("", GitTrackedFiles.paths(few))
            if case .problem(let reason) = list {
                let path = top == directory ? [] : Array(top.string.utf8)
                tracked.checkout.unlisted.append(Checkout.Unlisted(path: path, reason: reason))
            } else {
                places += await tracked.add(list, in: "", few, git)
            }
            places += await tracked.addWorktrees(git)
        }
        var seen: Set<String> = []
        while !places.isEmpty {
            let now = places.filter { seen.insert($0).inserted }
            places = []
            for start in stride(from: 0, to: now.count, by: width) {
                let lists = await git.lists(now[start..<min(start + width, now.count)])
                for (place, list) in lists {
                    places += await tracked.add(list, in: place, nil, git)
                }
            }
        }
        return tracked
    }

    /// What a cache asks about the sources in a directory.
    ///
    /// - Parameter directory: the source root.
    /// - Returns: the questions' answers.
    package static func finder(in directory: FilePath) -> Checkout.Finder {
        Checkout.Finder {
            await find(in: directory, $0).checkout
        } work: {
            await GitIndex(root: FilePath(String(decoding: $0, as: UTF8.self))).work()
        }
    }

    /// So many names are told to git; of more, everything is listed.
    private static let mostNames = 100
    /// So many submodules are asked at once.
    private static let width = 4

    /// What git is to list in the root.
    private static func paths(_ names: [String]?) -> [String] {
        names.map { names in names.map { ":(literal)" + $0 } } ?? [":/"]
    }

    /// Takes a list in.
    ///
    /// - Returns: the directories below that have an index of their own.
    private mutating func add(
        _ list: GitIndex.List,
        in place: String,
        _ names: [String]?,
        _ git: GitIndex
    ) async -> [String] {
        let prefix = place.isEmpty ? [] : Array(place.utf8) + [slash]
        switch list {
        case .none: return []
        case .problem(let reason):
            checkout.unlisted.append(Checkout.Unlisted(path: Array(place.utf8), reason: reason))
            return []
        case .entries(let bytes):
            var repositories: [String] = []
            for record in bytes.split(separator: 0) {
                // Mode, object and stage; then a tab and the path.
                guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else { continue }
                let path = prefix + record[(tab + 1)...]
                if record.starts(with: "160000 ".utf8) {
                    let name = String(decoding: path, as: UTF8.self)
                    repositories.append(name)
                    if FileProbe.exists(git.root.pushing(FilePath(name)).appending(".git")) {
                        checkout.repositories.append(path)
                    } else {
                        // Git takes no submodule out into a directory that has something in it.
                        checkout.closed.append(path)
                    }
                } else {
                    checkout.files += path
                    checkout.files.append(0)
                }
            }
            // Somebody may have removed the index, or files from it.
            if bytes.isEmpty {
                for path in await git.committed(place, names).split(separator: 0) {
                    checkout.files += prefix + path + [0]
                }
                return []
            }
            let paths = place.isEmpty ? GitTrackedFiles.paths(names) : []
            for path in await git.untracked(place, paths).split(separator: 0)
            where path.last != slash {
                checkout.untracked += prefix + path + [0]
            }
            return repositories
        }
    }

    /// Finds the other work trees of the repository, and where the repository is if that is not `.git`.
    ///
    /// - Returns: the work trees inside of the root.
    private mutating func addWorktrees(_ git: GitIndex) async -> [String] {
        guard let place = SourceVersion.gitPlace(git.root), let probe = FileProbe(place),
            !probe.isDirectory || FileProbe(place.appending("worktrees")) != nil
        else { return [] }
        if !probe.isDirectory {
            let directories = ["--absolute-git-dir", "--git-common-dir"]
            for line in await git.lines(["rev-parse"] + directories) {
                let path = Machine.settled(PathBytes(git.root.pushing(FilePath(line)).string))
                checkout.closed.append(path.bytes)
            }
        }
        let root = PathBytes(git.root.string)
        let trees = await git.lines(["worktree", "list", "--porcelain"])
            .filter { $0.hasPrefix("worktree ") }.map { PathBytes(String($0.dropFirst(9))) }
            .filter { $0.isWithin(root) }.map { Array($0.tail(below: root)) }
        checkout.repositories += trees
        return trees.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The files below a directory that git keeps, and those that it neither keeps nor ignores.
    ///
    /// - Parameter directory: a directory that is there.
    /// - Returns: their paths from the directory on; `nil` where git cannot tell or there is none.
    package static func paths(
        below directory: PathBytes
    ) async -> (tracked: [PathBytes], untracked: [PathBytes])? {
        let place = FilePath(directory.text)
        guard PathBytes(place.string) == directory, SourceVersion.isInGitTree(place) else {
            return nil
        }
        let git = GitIndex(root: place)
        async let untracked = git.untracked("")
        guard let tracked = await git.output(["ls-files", "-z", "--cached"]) else { return nil }
        func paths(_ list: [UInt8]) -> [PathBytes] {
            list.split(separator: 0).map { PathBytes(Array($0)) }
        }
        return (paths(tracked), paths(await untracked))
    }
}
