internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache show`.
struct CacheShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what an entry holds.",
        discussion: """
            Nothing is unpacked; no pack is read.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage, .stopped],
                    [.cacheFailed: "there is no such entry, or the cache could not be read"]
                )
            )
            """
    )

    @Argument(
        help: ArgumentHelp("The key; '-' is a scope's keyless entry.", valueName: "key")
    )
    var key: String

    @OptionGroup var which: EntryOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Flag(help: "List the files, links and directories too.")
    var files = false

    @Flag(help: "Print one JSON object, with all files.")
    var json = false

    func run() async throws {
        let cache = try store.open(policy: policy)
        let contents = try await lookingInto(cache) { cache in
            try await cache.contents(of: which.entry(key, in: cache).recordName)
        }
        if json {
            StandardStream.output.write(EntryJSON.print(contents))
        } else {
            StandardStream.output.write(EntryText.print(contents, listingFiles: files))
        }
    }
}
