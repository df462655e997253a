internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache diff`.
struct CacheDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two entries, or an entry with the current files, file by file.",
        discussion: """
            '+' marks a path that only the second entry has, '-' a path that only the first has, and \
            '~' a path that differs. Without a second key, the entry is compared with the current \
            files, whose contents are read.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [
                        .buildFailed: "the entries differ, with --exit-code",
                        .cacheFailed: "the entry does not exist, or the cache could not be read",
                    ]
                )
            )
            """
    )

    @Argument(help: ArgumentHelp("Compare the entry of this key.", valueName: "key"))
    var first: String

    @Argument(
        help: ArgumentHelp(
            "Compare with the entry of this key. (default: the current files)",
            valueName: "key"
        )
    )
    var second: String?

    @OptionGroup var entryOptions: EntryOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Option(help: ArgumentHelp("Resolve relative paths from this directory.", valueName: "dir"))
    var root = "."

    @Flag(help: "List paths that differ only in time too.")
    var times = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Exit with status 1 if the entries differ in more than times.")
    var exitCode = false

    func validate() throws {
        if second == nil, !Host.isDirectory(FilePath(root)) {
            throw ValidationError("--root: '\(root)' is not a directory")
        }
    }

    func run() async throws {
        let cache = try store.open(policy: policy)
        let difference = try await inspecting(cache) { cache in
            let old = try await entry(first, in: cache).recordName
            guard let second else {
                let root = Host.realPath(FilePath(root)) ?? FilePath(root)
                return try await cache.difference(
                    from: old,
                    toTreeAt: root,
                    leavingOut: GitTrackedFiles.finder(in: root)
                )
            }
            let new = try await entry(second, in: cache).recordName
            return try await cache.difference(from: old, to: new)
        }
        StandardStream.output.write(
            json
                ? DifferenceOutput.json(difference)
                : DifferenceOutput.text(difference, listingTimes: times)
        )
        if exitCode, difference.changes.contains(where: { !$0.isTimeOnly }) {
            throw ExitStatus.buildFailed.exitCode
        }
    }

    /// Finds an entry, and prints a note if the policy refuses the entry.
    private func entry(_ key: String, in cache: BuildCache) async throws -> CacheEntryInfo {
        let entry = try await entryOptions.entry(key, in: cache)
        if case .refused(let reason) = entry.trust {
            printNotes(["\(entry.displayText) is refused by the policy: \(reason)"])
        }
        return entry
    }
}
