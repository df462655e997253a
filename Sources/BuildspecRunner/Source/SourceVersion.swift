internal import BuildspecFiles
internal import Subprocess
package import SystemPackage

/// The version of the sources, as git knows it.
package struct SourceVersion: Sendable, Equatable {
    /// The commit that is checked out.
    package var commit: String?
    /// The branch that is checked out; `nil` for a detached head.
    package var branch: String?
    /// The tag that is checked out, if no branch is.
    package var tag: String?
    /// The URL of `origin`, without credentials.
    package var repositoryURL: String?
    /// Why git failed although the sources are in a git tree.
    package var problem: String?

    /// Creates a source version; the defaults are for a directory without git.
    package init(
        commit: String? = nil,
        branch: String? = nil,
        tag: String? = nil,
        repositoryURL: String? = nil
    ) {
        self.commit = commit
        self.branch = branch
        self.tag = tag
        self.repositoryURL = repositoryURL
    }

    /// Reads the version from git; empty if the source root is not in a git tree.
    package static func read(in directory: FilePath) async -> SourceVersion {
        guard isInGitTree(directory) else { return SourceVersion() }
        async let head = git(["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"], in: directory)
        async let url = git(["config", "--get", "remote.origin.url"], in: directory)
        let (lines, problem) = await head
        let reference = lines.count > 1 ? lines[1] : ""
        let prefix = "refs/heads/"
        var version = SourceVersion(
            commit: lines.first,
            branch: reference.hasPrefix(prefix) ? String(reference.dropFirst(prefix.count)) : nil,
            repositoryURL: await url.lines.first.map(withoutCredentials)
        )
        version.problem = problem
        if version.branch == nil, version.commit != nil {
            let describe = ["describe", "--tags", "--exact-match", "HEAD"]
            version.tag = await git(describe, in: directory).lines.first
        }
        return version
    }

    /// Returns the default name of the project: the repository's name, else the directory's.
    package func projectName(for directory: FilePath) -> String {
        var url = repositoryURL ?? ""
        // The query may contain a token.
        if url.contains("://") { url = String(url.prefix { $0 != "?" && $0 != "#" }) }
        var name = url.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? ""
        if name.hasSuffix(".git") { name.removeLast(4) }
        return name.isEmpty ? directory.lastComponent?.string ?? "root" : name
    }

    /// Returns a URL without user and password.
    package static func withoutCredentials(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard url.hasPrefix("http"), let at = host.lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }

    /// Returns whether a directory is in a git tree, without starting git.
    static func isInGitTree(_ directory: FilePath) -> Bool {
        nearestGitEntry(from: directory) != nil
    }

    /// Returns the nearest `.git`, a file or directory, in a directory or one above.
    static func nearestGitEntry(from directory: FilePath) -> FilePath? {
        var directory = directory
        while true {
            let git = directory.appending(".git")
            if FileProbe.exists(git) { return git }
            guard directory.removeLastComponent() else { return nil }
        }
    }

    /// Returns the lines that git prints; none, and perhaps a problem, if git fails.
    ///
    /// A repository without a commit or an origin is not a problem.
    private static func git(
        _ arguments: [String],
        in directory: FilePath
    ) async -> (lines: [String], problem: String?) {
        do {
            try SpareDescriptors.requireForProcess()
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(arguments),
                environment: .inherit.updating(GitIndex.cleanEnvironment),
                workingDirectory: directory,
                input: .none,
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            if result.terminationStatus.isSuccess {
                return (result.standardOutput.split(separator: "\n").map(String.init), nil)
            }
            let line = result.standardError.split(separator: "\n").first.map(String.init) ?? ""
            // These are about the owner of the repository, or the target of a `.git` file.
            let problems = [
                "dubious ownership", "not a git repository: ", "invalid gitfile format",
            ]
            guard problems.contains(where: { line.contains($0) }) else { return ([], nil) }
            let remedy = result.standardError.split(separator: "\n")
                .first { $0.contains("git config --global --add safe.directory") }
                .map {
                    "; trust it with '\($0.drop(while: \.isWhitespace))', or build as its owner"
                }
            return ([], "git says '\(line)'\(remedy ?? "")")
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return ([], "git is not on the PATH")
        } catch {
            return ([], "git cannot be run: \(error)")
        }
    }
}
