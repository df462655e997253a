internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache show`.
struct CacheShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the contents of an entry.",
        discussion: """
            No pack is read, and nothing is unpacked.

            \(ExitStatus.cacheHelp("the entry does not exist, or the cache could not be read"))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Show the entry of this key; '-' is a scope's default entry.",
            valueName: "key"
        )
    )
    var key: String

    @OptionGroup var entryOptions: EntryOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Flag(help: "List the files, links and directories too.")
    var files = false

    @Flag(help: "Print one JSON object, with all files.")
    var json = false

    func run() async throws {
        let cache = try store.open(policy: policy)
        let contents = try await inspecting(cache) { cache in
            try await cache.contents(of: entryOptions.entry(key, in: cache).recordName)
        }
        if json {
            StandardStream.output.write(EntryJSON.print(contents))
        } else {
            StandardStream.output.write(EntryText.print(contents, listingFiles: files))
        }
    }
}
