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

            \(ExitStatus.help([.success, .cacheFailed, .usage]))
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
        var table = TextTable([
            "SCOPE", "KEY", "FILES", "SIZE", "STORED", "SAVED", "LAST USED", "WRITER", "SIGNER",
        ])
        for entry in entries {
            table.add([
                entry.scope.shortened(), (entry.key ?? "-").shortened(), String(entry.files),
                Quantity.size(entry.bytes),
                Quantity.size(entry.stored), UTCTime.text(entry.saved),
                UTCTime.text(entry.lastUsed), entry.writer.shortened(),
                TrustText.word(entry.trust, signer: entry.signer),
            ])
        }
        if entries.isEmpty {
            StandardStream.output.write("no entries in '\(cache.location)'\n")
        } else {
            StandardStream.output.write(table.text)
        }
    }
}
