internal import BuildspecFiles
internal import Subprocess
internal import SystemPackage

/// Reads the indexes of git below a directory, each by a `git` of its own.
struct GitIndex: Sendable {
    /// What a directory's index says.
    enum List: Sendable {
        /// It belongs to no repository.
        case none
        /// The entries as `git ls-files -s -z` prints them.
        case entries([UInt8])
        /// Git cannot tell, and why.
        case problem(String)
    }

    /// Where paths start, links resolved.
    let root: FilePath

    /// The longest list that is read; a million paths take less.
    private static let limit = 1 << 28

    /// What says which repository another git works on, such as the one that runs a hook which builds.
    static let foreign: [Environment.Key: String?] = [
        "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_PREFIX": nil,
        "GIT_COMMON_DIR": nil, "GIT_NAMESPACE": nil, "GIT_OBJECT_DIRECTORY": nil,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil, "GIT_CEILING_DIRECTORIES": nil,
        "GIT_LITERAL_PATHSPECS": nil, "GIT_GLOB_PATHSPECS": nil, "GIT_NOGLOB_PATHSPECS": nil,
        "GIT_ICASE_PATHSPECS": nil, "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1", "LC_ALL": "C",
    ]
    /// Keeps a repository, which a cache entry may have brought, from running programs of its own.
    private static let harmless = ["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]

    /// The entries of several directories.
    func lists(_ places: ArraySlice<String>) async -> [(place: String, list: List)] {
        await withTaskGroup(of: (String, List).self) { tasks in
            for place in places { tasks.addTask { (place, await list(place)) } }
            var lists: [String: List] = [:]
            for await (place, list) in tasks { lists[place] = list }
            return places.map { ($0, lists[$0] ?? .none) }
        }
    }

    /// The entries of a directory's index, with paths from there.
    ///
    /// - Parameters:
    ///   - place: the directory, from the root; only the root may do without a `.git` in it.
    ///   - paths: what to list; by default all below the directory.
    /// - Returns: what git says.
    func list(_ place: String, _ paths: [String] = []) async -> List {
        let directory = place.isEmpty ? root : root.pushing(FilePath(place))
        // Else git looks in the directories above and finds another repository.
        if !place.isEmpty, !FileProbe.exists(directory.appending(".git")) { return .none }
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(GitIndex.harmless + ["ls-files", "-z", "-s", "--"] + paths),
                environment: .inherit.updating(GitIndex.foreign),
                workingDirectory: directory,
                input: .none,
                output: .bytes(limit: GitIndex.limit),
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

    /// The lines that git prints in the root; none when it fails.
    func lines(_ arguments: [String]) async -> [String] {
        let bytes = await output(arguments) ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The files of a directory that git neither keeps nor ignores, each ended by a zero byte.
    ///
    /// A repository in it is one name, which ends with a slash.
    func untracked(_ place: String, _ paths: [String] = []) async -> [UInt8] {
        let arguments = ["ls-files", "-z", "-o", "--exclude-standard", "--"]
        return await output(arguments + paths, in: place) ?? []
    }

    /// The files of a directory that the last commit has, each ended by a zero byte.
    ///
    /// - Parameters:
    ///   - place: the directory, from the root.
    ///   - names: its first names that matter; `nil` for all.
    /// - Returns: the paths from the directory.
    func committed(_ place: String, _ names: [String]?) async -> [UInt8] {
        let arguments = ["ls-tree", "-r", "-z", "--name-only", "HEAD", "--"]
        return await output(arguments + (names ?? []), in: place) ?? []
    }

    /// All that git prints in a directory, which is the root by default; `nil` when it fails.
    func output(_ arguments: [String], in place: String = "") async -> [UInt8]? {
        guard (try? SpareDescriptors.requireForProcess()) != nil else { return nil }
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: Arguments(GitIndex.harmless + arguments),
            environment: .inherit.updating(GitIndex.foreign),
            workingDirectory: place.isEmpty ? root : root.pushing(FilePath(place)),
            input: .none,
            output: .bytes(limit: GitIndex.limit),
            error: .discarded
        )
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput
    }
}
