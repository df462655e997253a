internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache list`.
struct CacheList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the entries of the store, last used first.",
        discussion: """
            SIZE is what the entry's files add up to; STORED is what its packs take in the store, \
            which other entries may share. WRITER is the machine that saved it, by its own words; \
            SIGNER the key of the policy, or the beginning of a key's id that nobody checked. A long \
            name is shortened in the middle; --json has all of it.

            \(ExitStatus.help([.success, .cacheFailed, .usage, .stopped]))
            """
    )

    @OptionGroup var store: StoreOptions

    @OptionGroup var policy: PolicyOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let cache = try store.open(policy: policy)
        let (entries, problems) = try await lookingInto(cache) { try await $0.entries() }
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
