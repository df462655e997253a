internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec cache import`.
struct CacheImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make an entry from a tar archive.",
        discussion: """
            Reads a .tar, .tar.gz or .tar.zst archive of 'export' or of any tar program. Nothing is \
            unpacked to the disk. Members that no --path matches are skipped. The whole archive is \
            refused if a name leaves the tree, a hard link does not name a file of the archive, a \
            member is below a link, or the archive contains devices or pipes.

            \(ExitStatus.cacheHelp("the archive is refused, or the cache could not be written"))
            """
    )

    @Argument(help: ArgumentHelp("Import this archive.", valueName: "file"))
    var archive: String

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var scopes: ScopeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var signing: SigningOptions

    @Option(
        help: ArgumentHelp(
            "Refuse an archive whose unpacked size is larger than this.",
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
        let cache = try store.open(policy: policy, root: identity.rootPath, signing: signing)
        let cacheIdentity = await identity.identity(in: scopes)
        let report = try await reportingCacheErrors {
            try await cache.importArchive(
                Host.currentDirectory().pushing(FilePath(archive)),
                as: cacheIdentity,
                root: identity.rootPath,
                limit: SizeText.parse(maxSize) ?? 0
            )
        }
        printNotes(report.notes)
        StandardStream.output.write("cache: \(CacheText.saved(report).oneLine)\n")
    }
}
