internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache diff`.
struct CacheDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two entries, or an entry with the tree, file by file.",
        discussion: """
            '+' is only in the second, '-' only in the first, '~' in both and not the same. Without \
            a second key the entry is compared with the files as they are; those of the same size \
            and time count as the same.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [
                        .buildFailed: "they differ, with --exit-code",
                        .cacheFailed: "there is no such entry, or the cache could not be read",
                    ]
                )
            )
            """
    )

    @Argument(help: ArgumentHelp("The first entry's key.", valueName: "key"))
    var first: String

    @Argument(help: ArgumentHelp("The second entry's key.", valueName: "key"))
    var second: String?

    @OptionGroup var which: EntryOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Option(help: ArgumentHelp("Where the tree's relative paths start.", valueName: "dir"))
    var root = "."

    @Flag(help: "List also paths of which only the time differs.")
    var times = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "End with exit status 1 when they differ in more than times.")
    var exitCode = false

    func validate() throws {
        if second == nil, !Host.isDirectory(FilePath(root)) {
            throw ValidationError("--root: '\(root)' is not a directory")
        }
    }

    func run() async throws {
        let cache = try store.open(policy: policy)
        let difference = try await lookingInto(cache) { cache in
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

    /// Finds an entry; one that the policy refuses is compared all the same, and said to be refused.
    private func entry(_ key: String, in cache: BuildCache) async throws -> CacheEntryInfo {
        let entry = try await which.entry(key, in: cache)
        if case .refused(let reason) = entry.trust {
            printNotes(["\(entry.words) is refused by the policy: \(reason)"])
        }
        return entry
    }
}
