internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec cache export`.
struct CacheExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write an entry as a plain tar archive.",
        discussion: """
            Any tar unpacks it: names, links, modes and nanosecond times are kept. Absolute paths \
            stay absolute in it; tar makes them relative unless it is given -P.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage],
                    [.cacheFailed: "there is no such entry, or the archive could not be written"]
                )
            )
            """
    )

    @Argument(
        help: ArgumentHelp("The key; '-' is a scope's keyless entry.", valueName: "key")
    )
    var key: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The archive; its name says how: .tar.zst, .tar.gz or .tar.",
            valueName: "file"
        )
    )
    var output: String

    @OptionGroup var which: EntryOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    func validate() throws {
        if ArchiveForm(fileName: output) == nil {
            throw ValidationError(
                "--output: '\(output)' must end in .tar.zst, .tzst, .tar.gz, .tgz or .tar"
            )
        }
    }

    func run() async throws {
        let host = Host.environment().variables
        let cache = try store.open(policy: policy)
        try await OutputCheck(
            inputs: OutputCheck.ownInputs(store.configOptions, policy, nil, root: ".", host),
            directories: [(StandardDirectories(host).state, "where 'buildspec' keeps its state")]
        ).check([(output, "--output")])
        let form = ArchiveForm(fileName: output) ?? .plain
        let report = try await lookingInto(cache) { cache in
            try await cache.export(
                which.entry(key, in: cache).recordName,
                to: Host.currentDirectory().pushing(FilePath(output)),
                as: form
            )
        }
        let files = Quantity.count(report.files, "file")
        StandardStream.output.write(
            "exported \(files), \(Quantity.size(report.bytes)), to '\(output)' "
                + "(\(Quantity.size(report.archiveBytes)))\n"
        )
    }
}
