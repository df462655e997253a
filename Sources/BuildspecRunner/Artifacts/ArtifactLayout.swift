internal import BuildspecFiles
internal import SystemPackage

/// The paths of a build's artifacts in the directory that they are collected into.
struct ArtifactLayout: Sendable {
    /// The source root's path relative to the directory; `nil` if the root is not in the directory.
    private let sources: PathBytes?
    /// The files that must not be replaced, each with its description.
    private var reserved: [PathBytes: String] = [:]
    /// The directory, if it is in the sources or a repository, and the list of earlier artifacts in it.
    private let shared: (directory: PathBytes, memory: ArtifactMemory?)?
    /// Whether the directory's `.git` belongs to a repository of the user.
    private let hasRepository: Bool
    /// The files below the directory that git neither tracks nor ignores; `nil` if git cannot list them.
    private let untracked: Set<PathBytes>?
    /// The paths of the artifacts so far, each with the artifact's name.
    private var assigned: [PathBytes: String] = [:]
    private let directory: PathBytes
    private let memory: ArtifactMemory?
    /// The directories below that were checked, and whether they are repositories of the user.
    private var repositories: [PathBytes: Bool] = [:]

    /// Finds the existing files that must not be replaced in `directory`, which is without links.
    ///
    /// The `untracked` files of git are those that it does not ignore either.
    init(
        _ directory: PathBytes,
        sources: PathBytes,
        gitFiles: (tracked: [PathBytes], untracked: [PathBytes])?,
        reservedPaths: [(path: FilePath, what: String)],
        stateDirectory: FilePath
    ) {
        func relative(_ path: PathBytes) -> PathBytes? {
            path.isWithin(directory) ? PathBytes(Array(path.tail(below: directory))) : nil
        }
        let root = Machine.resolved(sources)
        self.sources = relative(root)
        let isRepository = (try? FileStatus.named(directory.appending(".git".utf8))) ?? nil != nil
        let memory = ArtifactMemory(directory, in: stateDirectory)
        self.directory = directory
        self.memory = memory
        shared = isRepository || directory.isWithin(root) ? (directory, memory) : nil
        // A repository that an earlier build collected has no files of the user.
        let isCollected =
            self.sources == nil && isRepository
            && [".git", ".git/HEAD"].contains { memory?.contains(PathBytes($0)) == true }
        hasRepository = isRepository && !isCollected
        let gitFiles = isCollected ? nil : gitFiles
        untracked = gitFiles.map { Set($0.untracked) }
        for path in gitFiles?.tracked ?? [] {
            reserved[path] = "a file of the sources, which git tracks"
        }
        for (path, what) in reservedPaths {
            let path = PathBytes(path.string)
            let (above, name) = path.split
            // Both a link and its target must not be replaced.
            let named = Machine.resolved(PathBytes(Array(above))).appending(name)
            for path in [named, Machine.resolved(path)].compactMap(relative) {
                reserved[path] = what
            }
        }
    }

    /// Assigns the paths of an artifact's files, which are below `top`, or none of them if one would
    /// replace another file.
    ///
    /// - Returns: Why a path cannot be assigned, in one line; `nil` if all were.
    mutating func assign(
        _ files: [PathBytes],
        below top: PathBytes,
        of title: String
    ) -> String? {
        var all = assigned
        let paths = Set(files.map { top.appending($0.bytes) })
        for file in files {
            let path = top.appending(file.bytes)
            if let sources, path == sources || path.isWithin(sources) || sources.isWithin(path) {
                return problem(path, "it lies in the sources")
            }
            if hasRepository, path.components.first?.elementsEqual(".git".utf8) == true {
                return repositoryProblem(path)
            }
            if let problem = nestedProblem(path) { return problem }
            if let what = reserved[path] { return problem(path, "it is \(what)") }
            if replacesUserFile(path, paths) {
                return problem(path, "no earlier build collected the file that is there")
            }
            if let other = assigned[path] { return problem(path, "\(other) has that file") }
            all[path] = title
        }
        assigned = all
        return nil
    }

    /// Returns whether a path would replace a file in the sources that no build has collected.
    ///
    /// Not every state directory lasts as long as its workspace. So without a list of artifacts, a directory
    /// in which the build replaces every file counts as filled by an earlier build.
    private func replacesUserFile(_ path: PathBytes, _ paths: Set<PathBytes>) -> Bool {
        guard let shared, assigned[path] == nil, shared.memory?.contains(path) != true,
            untracked?.contains(path) ?? true
        else { return false }
        let status = (try? FileStatus.named(shared.directory.appending(path.bytes))) ?? nil
        guard let status, status.kind != .directory else { return false }
        return shared.memory?.isEmpty != true
            || !isCompletelyReplaced(PathBytes(Array(path.split.directory)), by: paths)
    }

    private func isCompletelyReplaced(_ directory: PathBytes, by paths: Set<PathBytes>) -> Bool {
        guard let shared,
            let handle = try? DirectoryHandle.open(shared.directory.appending(directory.bytes)),
            let names = try? handle.names()
        else { return false }
        return names.allSatisfy { name in
            paths.contains(directory.appending(name))
                || (try? handle.status(name))??.kind == .directory
        }
    }

    private func problem(_ path: PathBytes, _ reason: String) -> String {
        "nothing is written, as '\(path.text)' would be replaced: \(reason); name another directory"
    }

    private func repositoryProblem(_ path: PathBytes) -> String {
        "nothing is written, as '\(path.text)' would change the repository there; name another "
            + "directory"
    }

    /// Returns why a path must not be written in a repository below the directory, which is the user's
    /// unless an earlier build collected it.
    private mutating func nestedProblem(_ path: PathBytes) -> String? {
        var above = path.parent
        while !above.bytes.isEmpty, above != PathBytes("/"), above != PathBytes(".") {
            if isUserRepository(above) {
                let rest = path.components.dropFirst(above.components.count)
                if rest.first?.elementsEqual(".git".utf8) == true { return repositoryProblem(path) }
                let status = try? FileStatus.named(directory.appending(path.bytes))
                guard status != nil, memory?.contains(path) != true else { return nil }
                return problem(path, "it is in the repository '\(above.text)'")
            }
            above = above.components.count > 1 ? above.parent : PathBytes("")
        }
        return nil
    }

    private mutating func isUserRepository(_ path: PathBytes) -> Bool {
        if let known = repositories[path] { return known }
        let git = path.appending(".git".utf8)
        let exists = ((try? FileStatus.named(directory.appending(git.bytes))) ?? nil) != nil
        let isCollected = [git, git.appending("HEAD".utf8)].contains {
            memory?.contains($0) == true
        }
        repositories[path] = exists && !isCollected
        return exists && !isCollected
    }
}
