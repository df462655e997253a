internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec cache export`.
struct CacheExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write an entry as a plain tar archive.",
        discussion: """
            Every tar program can unpack the archive. It contains names, links, modes and nanosecond \
            times. Absolute paths stay absolute; tar makes them relative unless you pass -P.

            \(ExitStatus.cacheHelp("the entry does not exist, or the archive could not be written"))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Export the entry of this key; '-' is a scope's default entry.",
            valueName: "key"
        )
    )
    var key: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write to this archive, in the format of its extension: .tar.zst, .tar.gz or .tar.",
            valueName: "file"
        )
    )
    var output: String

    @OptionGroup var entryOptions: EntryOptions
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
        let config = try store.configuration(host)
        let cache = try store.open(config, policy: policy)
        try await OutputCheck(
            inputs: OutputCheck.ownInputs(config, policy, nil, root: ".", host),
            directories: [(StandardDirectories(host).state, "the state directory of 'buildspec'")]
        ).check([(output, "--output")])
        let form = ArchiveForm(fileName: output) ?? .plain
        let report = try await inspecting(cache) { cache in
            try await cache.export(
                entryOptions.entry(key, in: cache).recordName,
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
