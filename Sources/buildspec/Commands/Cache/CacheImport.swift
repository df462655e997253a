internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec cache import`.
struct CacheImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make an entry from a tar archive.",
        discussion: """
            Takes .tar, .tar.gz and .tar.zst, of 'export' or of any tar. Nothing is unpacked to the \
            disk. Members that no --path declares are left out. An archive is refused as a whole if a \
            name leads out of the tree, a hard link names something else than a file of the archive, \
            something lies below a link, or it holds devices or pipes.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage, .stopped],
                    [.cacheFailed: "the archive is refused, or the cache could not be written"]
                )
            )
            """
    )

    @Argument(help: ArgumentHelp("The archive.", valueName: "file"))
    var archive: String

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var signing: SigningOptions

    @Option(
        help: ArgumentHelp(
            "Refuse an archive that unpacks to more than this.",
            valueName: "size"
        )
    )
    var maxSize = "20GB"

    func validate() throws {
        if SizeText.parse(maxSize) == nil {
            throw ValidationError(
                "--max-size: '\(maxSize)' is not a size; write one like '500MB' or '10GB'"
            )
        }
    }

    func run() async throws {
        let cache = try store.open(
            policy: policy,
            root: identity.rootPath,
            signing: signing
        )
        let wanted = await identity.identity()
        let report = try await reportingCacheErrors {
            try await cache.importArchive(
                Host.currentDirectory().pushing(FilePath(archive)),
                as: wanted,
                root: identity.rootPath,
                limit: SizeText.parse(maxSize) ?? 0
            )
        }
        printNotes(report.notes)
        StandardStream.output.write("cache: \(CacheText.saved(report).oneLine)\n")
    }
}
