internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// Where the store is; every cache command takes it.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store: a directory, or a bucket such as s3://bucket/prefix. (default: "
                + "$BUILDSPEC_CACHE, else the configuration file's, else ~/.cache/buildspec)",
            valueName: "dir"
        )
    )
    var cache: String?

    @Option(
        help: ArgumentHelp(
            "A store behind it that many machines share, such as s3://bucket/prefix, or 'none'. "
                + "(default: $BUILDSPEC_REMOTE, else the configuration file's, else none)",
            valueName: "dir"
        )
    )
    var remote: String?

    @OptionGroup var newStore: NewStoreOptions

    @OptionGroup var mode: ReadOnlyOptions

    @OptionGroup var configOptions: ConfigOptions

    func validate() throws {
        _ = try CacheLocations(cache: cache, remote: remote, configOptions.read(), newStore)
    }

    /// The cache over the store, with what this machine remembers of files.
    ///
    /// - Parameters:
    ///   - codec: how new objects are compressed.
    ///   - policy: whose entries are accepted; `nil` for what takes entries as they are.
    ///   - root: where the policy is looked for.
    ///   - signing: who signs what is saved; `nil` for what saves nothing.
    ///   - takesConfiguredRemote: whether a shared store counts that no option names.
    /// - Returns: the cache; nothing is opened or sent yet.
    /// - Throws: when the place is impossible, or a policy or key that was asked for cannot be read.
    func open(
        codec: Codec = .zstd,
        policy: PolicyOptions? = nil,
        root: FilePath = ".",
        signing: SigningOptions? = nil,
        takesConfiguredRemote: Bool = true
    ) throws -> BuildCache {
        let config = try configOptions.read()
        let far = takesConfiguredRemote ? remote : remote ?? "none"
        let places = try CacheLocations(cache: cache, remote: far, config, newStore)
        let cache = places.open(codec: codec, config)
        let environment = config.environment
        return try CacheTrust(
            policy?.policy(root: root, environment, failing: .cacheFailed),
            signing?.key(environment),
            mode,
            environment
        )
        .applied(to: cache)
    }
}

/// What an entry is filed under; saving and restoring take it.
struct IdentityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The exact key. Without one, the scope has a single entry that every save replaces.",
            valueName: "key"
        )
    )
    var key: String?

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp(
            "A glob of the cached files, relative to the root or absolute; may be repeated.",
            valueName: "glob"
        )
    )
    var paths: [String] = []

    @Option(help: ArgumentHelp("Where relative paths start.", valueName: "dir"))
    var root = "."

    @OptionGroup var scopes: ScopeOptions

    func validate() throws {
        if paths.isEmpty {
            throw ValidationError("--path is missing; name what to keep, such as 'vendor/**/*'")
        }
        if let path = paths.first(where: {
            FilePattern.parse($0).allSatisfy(\.isRoot)
        }) {
            throw ValidationError(
                "--path: '\(path)' names no file; name what the build makes, such as 'vendor/**/*'"
            )
        }
        if key?.isBlank == true { throw ValidationError("--key: the key is empty") }
        if !Host.isDirectory(FilePath(root)) {
            throw ValidationError("--root: '\(root)' is not a directory")
        }
        let top = PathBytes(rootPath.string)
        if let path = paths.first(where: {
            FilePattern.parse($0).allSatisfy { $0.coversPlace(top) }
        }) {
            throw ValidationError(
                "--path: '\(path)' takes in the root whole; name what the build makes, such as "
                    + "'vendor/**/*'"
            )
        }
    }

    /// The root without links in its path.
    var rootPath: FilePath { Host.realPath(FilePath(root)) ?? FilePath(root) }

    /// The identity, its scope found out if it is not given.
    func identity(fallbackKeys: [String] = []) async -> CacheIdentity {
        printNotes(tildeNotes + PathNotes.of(paths))
        printNotes(paths.compactMap { CachePathNote.outsideRoot($0, root: rootPath) })
        let environment = Host.environment().variables
        let found = await scopes.found(in: rootPath, environment)
        printNotes([found.note].compactMap(\.self))
        return CacheIdentity(
            scope: found.own,
            readScopes: found.readable,
            key: key,
            fallbackKeys: fallbackKeys,
            paths: paths
        )
    }
}

extension IdentityOptions {
    /// A glob must be quoted, and then no shell puts in the home directory.
    private var tildeNotes: [String] {
        paths.compactMap { path in
            guard let name = path.split(separator: "/").first, path.hasPrefix("~"),
                !Host.exists(rootPath.appending(String(name)))
            else { return nil }
            let rest = path.dropFirst(name.count)
            let remedy = name == "~" ? "; write \"$HOME\(rest)\"" : ""
            return
                "--path: '\(name)' in '\(path)' is no home directory but a name in the root\(remedy)"
        }
    }

    /// The project's name as 'run' finds it.
    var project: String {
        get async { await SourceVersion.read(in: rootPath).projectName(for: rootPath) }
    }

    /// The files whose times are kept, if that is wanted.
    func sources(_ isWanted: Bool) async -> SourceFiles? {
        guard isWanted else { return nil }
        let tracked = await GitTrackedFiles.find(in: rootPath)
        if let problem = tracked.problem {
            printNotes(["git cannot list the sources, so all files count: \(problem)"])
        }
        return tracked.sources
    }

    /// Finds out what the cache leaves out because it comes from the checkout.
    var checkout: Checkout.Finder {
        GitTrackedFiles.finder(in: rootPath)
    }
}

/// What is odd about `--path`, beside `~`, which may be a name that is there.
enum PathNotes {
    static func of(_ paths: [String]) -> [String] {
        paths.flatMap { path in
            let odd = PathOddity.all(in: path, .cache)
                .filter { $0.name != .tildePath && $0.name != .pathExpansion }
                .map { "--path: \($0.message)" }
            return odd + [expansion(path)].compactMap(\.self)
        }
    }

    /// Only a buildspec's paths have variables put in.
    private static func expansion(_ path: String) -> String? {
        let behind = path.firstIndex(of: "$").map { path[path.index(after: $0)...] } ?? ""
        let isReplaced = behind.first.map { $0.isLetter || "_({".contains($0) } ?? false
        guard isReplaced || path.contains("`") else { return nil }
        return "--path: nothing is put in for '$' in '\(path)'; write the path itself, or let the "
            + "shell put it in, between double quotes"
    }
}

/// Runs a cache command's work, which a signal stops; an error is one line and exit status 3.
///
/// A second signal ends the process at once. What it leaves under temporary names the next command
/// removes.
func reportingCacheErrors<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await reportingErrors {
        try await Signals.stopping(work, insist: Signals.exitAtOnce)
    }
}

/// Runs work with a cache; an error is one line and exit status 3.
func reportingErrors<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
        return try await work()
    } catch is CancellationError {
        StandardStream.error.write("error: stopped\n")
        throw ExitStatus.stopped.exitCode
    } catch let error as CacheError {
        StandardStream.error.write("error: \("\(error)".oneLine)\n")
        throw ExitStatus.cacheFailed.exitCode
    }
}

/// Runs work that looks into a cache; what its store has to tell is printed, and errors as above.
func lookingInto<Value: Sendable>(
    _ cache: BuildCache,
    _ work: @escaping @Sendable (BuildCache) async throws -> Value
) async throws -> Value {
    try await reportingCacheErrors {
        let cache = cache.inspecting()
        defer { printNotes(cache.drainNotes()) }
        return try await work(cache)
    }
}

/// Prints what the user should know, a line each.
func printNotes(_ notes: [String]) {
    for note in notes { StandardStream.error.write("warning: cache: \(note.oneLine)\n") }
}
