internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Reads git's indexes in a directory and below, each by one `git` process.
struct GitIndex: Sendable {
    /// The index of a directory.
    enum List: Sendable {
        /// The directory does not belong to a repository.
        case none
        /// The entries as `git ls-files -s -z` prints them.
        case entries([UInt8])
        /// Git failed, for this reason.
        case problem(String)
    }

    /// The directory that paths are relative to, links resolved.
    let root: FilePath

    /// The longest list in bytes; a million paths need less.
    private static let longestList = 1 << 28

    /// Changes of the environment that remove another git's choice of repository, as in a hook that starts
    /// a build.
    static let cleanEnvironment: [Environment.Key: String?] = [
        "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_PREFIX": nil,
        "GIT_COMMON_DIR": nil, "GIT_NAMESPACE": nil, "GIT_OBJECT_DIRECTORY": nil,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil, "GIT_CEILING_DIRECTORIES": nil,
        "GIT_LITERAL_PATHSPECS": nil, "GIT_GLOB_PATHSPECS": nil, "GIT_NOGLOB_PATHSPECS": nil,
        "GIT_ICASE_PATHSPECS": nil, "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1", "LC_ALL": "C",
    ]
    /// Options that prevent a repository, which may come from a cache entry, from running programs.
    private static let safeOptions = ["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]

    /// Reads the indexes of several directories at once.
    func lists(_ directories: ArraySlice<String>) async -> [(directory: String, list: List)] {
        await withTaskGroup(of: (String, List).self) { tasks in
            for directory in directories { tasks.addTask { (directory, await list(directory)) } }
            var lists: [String: List] = [:]
            for await (directory, list) in tasks { lists[directory] = list }
            return directories.map { ($0, lists[$0] ?? .none) }
        }
    }

    /// Reads the index of a directory, by default all paths below, relative to the directory.
    ///
    /// `path` is relative to the root; only the root may have no `.git`.
    func list(_ path: String, _ paths: [String] = []) async -> List {
        let directory = path.isEmpty ? root : root.pushing(FilePath(path))
        // Without `.git`, git would use the repository of a directory above.
        if !path.isEmpty, !GitIndex.mayBeRepository(directory) { return .none }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(
                    GitIndex.safeOptions + ["ls-files", "-z", "-s", "--"] + paths
                ),
                environment: GitIndex.environment(in: directory),
                workingDirectory: directory,
                input: .none,
                output: .bytes(limit: GitIndex.longestList),
                error: .string(limit: 1 << 16)
            )
            if result.terminationStatus.isSuccess { return .entries(result.standardOutput) }
            return GitIndex.failure(result.standardError, in: directory)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return .problem("git is not on the PATH")
        } catch {
            return .problem("git cannot be run: \(error)")
        }
    }

    /// Whether git may use the `.git` in a directory; a fixture's often has neither of these files.
    private static func mayBeRepository(_ directory: FilePath) -> Bool {
        let git = directory.appending(".git")
        guard FileProbe(git)?.isDirectory == true else { return FileProbe.exists(git) }
        return ["HEAD", "objects"].contains { FileProbe.exists(git.appending($0)) }
    }

    /// The environment in which git does not use a repository above that of `directory`.
    private static func environment(in directory: FilePath) -> Environment {
        var changes = cleanEnvironment
        if mayBeRepository(directory) {
            changes["GIT_CEILING_DIRECTORIES"] = directory.removingLastComponent().string
        }
        return .inherit.updating(changes)
    }

    private static func failure(_ text: String, in directory: FilePath) -> List {
        let line = text.split(separator: "\n").first.map(String.init) ?? "nothing"
        let remedy =
            line.contains("dubious ownership")
            ? "; 'git config --global --add safe.directory \(directory)' allows it" : ""
        return .problem("git says '\(line)'\(remedy)")
    }

    /// Returns the lines that git prints in the root; none if git fails.
    func lines(_ arguments: [String]) async -> [String] {
        let bytes = await output(arguments) ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the files of a directory that git neither tracks nor ignores, each with a zero byte after it.
    ///
    /// A repository in the directory is one name, which ends with a slash.
    func untracked(_ directory: String, _ paths: [String] = []) async -> [UInt8] {
        let arguments = ["ls-files", "-z", "-o", "--exclude-standard", "--"]
        return await output(arguments + paths, in: directory) ?? []
    }

    /// Returns the files of a directory in the last commit, relative to the directory, each with a zero byte
    /// after it; `names` lists only these.
    func committed(_ directory: String, _ names: [String]?) async -> [UInt8] {
        let arguments = ["ls-tree", "-r", "-z", "--name-only", "HEAD", "--"]
        return await output(arguments + (names ?? []), in: directory) ?? []
    }

    /// Returns the output of git in a directory, by default the root; `nil` if git fails.
    func output(_ arguments: [String], in directory: String = "") async -> [UInt8]? {
        guard (try? SpareDescriptors.requireForProcess()) != nil else { return nil }
        let directory = directory.isEmpty ? root : root.pushing(FilePath(directory))
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: Arguments(GitIndex.safeOptions + arguments),
            environment: GitIndex.environment(in: directory),
            workingDirectory: directory,
            input: .none,
            output: .bytes(limit: GitIndex.longestList),
            error: .discarded
        )
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput
    }
}

extension GitIndex {
    /// Returns the work in the root's repository that exists nowhere else, for a sentence that begins with
    /// the repository.
    ///
    /// This uses neither `git status` nor `git diff`, because they run the filters of a repository's
    /// settings, which may come from a cache entry.
    func unsavedWork() async -> String? {
        guard GitIndex.mayBeRepository(root) else { return nil }
        guard let index = await output(["ls-files", "-z", "--debug"]) else {
            return "that git cannot read"
        }
        if GitIndex.hasChanges(index, below: PathBytes(root.string)) { return "with changed files" }
        guard await output(["rev-parse", "-q", "--verify", "HEAD"]) != nil else {
            // Without a commit, the files of the index exist nowhere else.
            return index.isEmpty ? await untrackedWork() : "with changes that no commit has"
        }
        let staged = ["diff-index", "--cached", "--quiet", "--no-ext-diff", "HEAD", "--"]
        guard await output(staged) != nil else { return "with changes that no commit has" }
        let known = ["--not", "--remotes", "--tags"]
        guard let commits = await output(["rev-list", "-n", "1", "HEAD", "--all"] + known) else {
            return "that git cannot read"
        }
        if !commits.isEmpty { return "with commits that no remote branch has" }
        return await untrackedWork()
    }

    private func untrackedWork() async -> String? {
        let files = await untracked("").split(separator: 0)
        // Cargo creates this file in each of its checkouts.
        let isWork = files.contains { !$0.elementsEqual(".cargo-ok".utf8) }
        return isWork ? "with files that git does not track" : nil
    }

    /// Returns whether an existing file differs in size or time from its entry in the index; `true` also for
    /// an index of another form.
    ///
    /// The index is the output of `git ls-files -z --debug`: a path and a zero, then five lines.
    static func hasChanges(_ index: [UInt8], below root: PathBytes) -> Bool {
        var rest = index[...]
        var last: (path: PathBytes, handle: DirectoryHandle?)?
        while let end = rest.firstIndex(of: 0) {
            let path = root.appending(rest[..<end])
            let lines = rest[(end + 1)...].split(separator: UInt8(ascii: "\n"), maxSplits: 5)
            guard lines.count >= 5 else { return true }
            rest = lines.count > 5 ? lines[5] : []
            let time = numbers(lines[1], "mtime: ")
            let size = numbers(lines[4], "size: ")
            guard time.count == 2, let size = size.first else { return true }
            let (above, name) = path.split
            let directory = PathBytes(Array(above))
            if last?.path != directory { last = (directory, try? DirectoryHandle.open(directory)) }
            guard let status = try? last?.handle?.status(name), status.kind != .directory else {
                continue
            }
            let isSame =
                status.modified.seconds == time[0] && Int64(status.modified.nanoseconds) == time[1]
                && UInt64(size) == status.size & 0xFFFF_FFFF
            if !isSame { return true }
        }
        return false
    }

    /// Returns the numbers after a label.
    private static func numbers(_ line: ArraySlice<UInt8>, _ label: String) -> [Int64] {
        let text = String(decoding: line, as: UTF8.self)
        guard let start = text.firstRange(of: label)?.upperBound else { return [] }
        return text[start...].prefix { $0 != "\t" }.split(separator: ":").compactMap { Int64($0) }
    }
}
