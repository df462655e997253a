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

    /// Reads a directory's index, with paths relative to the directory.
    ///
    /// - Parameters:
    ///   - path: The directory, relative to the root; only the root may have no `.git`.
    ///   - paths: The paths to list; by default all below the directory.
    /// - Returns: The entries, or why there are none.
    func list(_ path: String, _ paths: [String] = []) async -> List {
        let directory = path.isEmpty ? root : root.pushing(FilePath(path))
        // Without `.git`, git would use the repository of a directory above.
        if !path.isEmpty, !FileProbe.exists(directory.appending(".git")) { return .none }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(
                    GitIndex.safeOptions + ["ls-files", "-z", "-s", "--"] + paths
                ),
                environment: .inherit.updating(GitIndex.cleanEnvironment),
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

    /// Returns the files of a directory in the last commit, each with a zero byte after it.
    ///
    /// - Parameters:
    ///   - directory: The directory, relative to the root.
    ///   - names: The names in the directory to list; `nil` for all.
    /// - Returns: The paths relative to the directory.
    func committed(_ directory: String, _ names: [String]?) async -> [UInt8] {
        let arguments = ["ls-tree", "-r", "-z", "--name-only", "HEAD", "--"]
        return await output(arguments + (names ?? []), in: directory) ?? []
    }

    /// Returns the output of git in a directory, by default the root; `nil` if git fails.
    func output(_ arguments: [String], in directory: String = "") async -> [UInt8]? {
        guard (try? SpareDescriptors.requireForProcess()) != nil else { return nil }
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: Arguments(GitIndex.safeOptions + arguments),
            environment: .inherit.updating(GitIndex.cleanEnvironment),
            workingDirectory: directory.isEmpty ? root : root.pushing(FilePath(directory)),
            input: .none,
            output: .bytes(limit: GitIndex.longestList),
            error: .discarded
        )
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput
    }
}
