internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache list`.
struct CacheList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the entries of the store, last used first.",
        discussion: """
            SIZE is the size of the entry's files. STORED is the size of its packs in the store, which \
            other entries may share. WRITER is the name that the saving machine gave. SIGNER is the \
            name of the policy's key, or the start of a key id that was not checked. A long name is \
            shortened in the middle; --json prints the whole name.

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var store: StoreOptions

    @OptionGroup var policy: PolicyOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let cache = try store.open(policy: policy)
        let (entries, problems) = try await inspecting(cache) { try await $0.entries() }
        printNotes(problems)
        guard !json else {
            StandardStream.output.write(EntryJSON.print(entries))
            return
        }
        if entries.isEmpty {
            StandardStream.output.write("no entries in '\(cache.location)'\n")
        } else {
            StandardStream.output.write(ListOutput.text(entries))
        }
    }
}
