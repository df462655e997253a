internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The options that identify an entry, to save or restore it.
struct IdentityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this exact key. Without a key, the scope has one entry, which every save replaces.",
            valueName: "key"
        )
    )
    var key: String?

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp(
            "Cache the files of this glob, relative to the root or absolute. Can be repeated.",
            valueName: "glob"
        )
    )
    var paths: [String] = []

    @Option(help: ArgumentHelp("Resolve relative paths from this directory.", valueName: "dir"))
    var root = "."

    func validate() throws {
        if paths.isEmpty {
            throw ValidationError("--path is missing; name files to cache, such as 'vendor/**/*'")
        }
        if let path = paths.first(where: {
            FilePattern.parse($0).allSatisfy(\.isRoot)
        }) {
            throw ValidationError(
                "--path: '\(path)' names no file; name files that the build creates, such as "
                    + "'vendor/**/*'"
            )
        }
        if key?.isBlank == true { throw ValidationError("--key: the key is empty") }
        if !Host.isDirectory(FilePath(root)) {
            throw ValidationError("--root: '\(root)' is not a directory")
        }
        let top = PathBytes(rootPath.string)
        if let path = paths.first(where: {
            FilePattern.parse($0).allSatisfy { $0.coversThroughLinks(top) }
        }) {
            throw ValidationError(
                "--path: '\(path)' contains the whole root; name files that the build creates, such "
                    + "as 'vendor/**/*'"
            )
        }
    }

    /// The root with the links in its path resolved.
    var rootPath: FilePath { Host.realPath(FilePath(root)) ?? FilePath(root) }

    /// Resolves the identity with its scopes, and prints notes about the paths.
    func identity(
        in scopes: ScopeOptions,
        fallbackKeys: [String] = []
    ) async -> CacheIdentity {
        printNotes(tildeNotes + PathNotes.of(paths) + PathNotes.of(keys: [key], "--key"))
        printNotes(PathNotes.of(keys: fallbackKeys, "--fallback-key"))
        printNotes(paths.compactMap { CachePathNote.outsideRoot($0, root: rootPath) })
        let environment = Host.environment().variables
        let resolved = await scopes.resolve(in: rootPath, environment)
        printNotes([resolved.note].compactMap(\.self))
        return CacheIdentity(
            scope: resolved.own,
            readScopes: resolved.readable,
            key: key,
            fallbackKeys: fallbackKeys,
            paths: paths
        )
    }
}

extension IdentityOptions {
    /// Notes about `~`, which no shell expands in a glob, because a glob must be quoted.
    private var tildeNotes: [String] {
        paths.compactMap { path in
            guard let name = path.split(separator: "/").first, path.hasPrefix("~"),
                !Host.exists(rootPath.appending(String(name)))
            else { return nil }
            let rest = path.dropFirst(name.count)
            let remedy = name == "~" ? "; write \"$HOME\(rest)\"" : ""
            return
                "--path: '\(name)' in '\(path)' is not a home directory but a name in the root"
                + remedy
        }
    }

    /// The name of the project, as `run` resolves it.
    var project: String {
        get async { await SourceVersion.read(in: rootPath).projectName(for: rootPath) }
    }

    /// The source files whose times are recorded or restored; `nil` without `--retime`.
    func sources(_ isRetiming: Bool) async -> SourceFiles? {
        guard isRetiming else { return nil }
        let tracked = await GitTrackedFiles.find(in: rootPath)
        if let problem = tracked.problem {
            printNotes(["git cannot list the sources, so all files count as sources: \(problem)"])
        }
        return tracked.sources
    }

    /// Finds the files of the checkout, which the cache skips.
    var checkout: Checkout.Finder {
        GitTrackedFiles.finder(in: rootPath)
    }
}

/// Notes about suspicious values of `--path`, `--key` and `--fallback-key`.
enum PathNotes {
    /// The notes about paths, except those about `~`, which may be the name of a file.
    static func of(_ paths: [String]) -> [String] {
        paths.flatMap { path in
            let notes = PathOddity.all(in: path, .cache)
                .filter { $0.name != .tildePath && $0.name != .pathExpansion }
                .map { "--path: \($0.message)" }
            return notes + [expansion(path, "--path", "path")].compactMap(\.self)
        }
    }

    /// The notes about keys that an option or argument gives.
    static func of(keys: [String?], _ option: String) -> [String] {
        keys.compactMap { key in key.flatMap { expansion($0, option, "key") } }
    }

    /// A note about `$`, because variables are expanded only in a buildspec.
    private static func expansion(_ text: String, _ option: String, _ kind: String) -> String? {
        let tail = text.firstIndex(of: "$").map { text[text.index(after: $0)...] } ?? ""
        let isVariable = tail.first.map { $0.isLetter || "_({".contains($0) } ?? false
        guard isVariable || text.contains("`") else { return nil }
        return "\(option): '$' in '\(text)' is not expanded; write the \(kind), or let the shell "
            + "expand it between double quotes"
    }
}
