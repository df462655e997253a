internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache save`.
struct CacheSave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save files as an entry.",
        discussion: """
            An entry with a key never changes. If the key is already stored, nothing is written.

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var scopes: ScopeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var limits: LimitOptions

    @Option(help: "Compress new objects with this codec: zstd, gzip or none.")
    var codec = "zstd"

    @Flag(help: "Record the digests and times of the source files; see docs/retime.md.")
    var retime = false

    func validate() throws {
        if Codec(rawValue: codec) == nil {
            throw ValidationError("--codec: there is no codec '\(codec)'; use zstd, gzip or none")
        }
    }

    func run() async throws {
        let config = try store.configuration()
        var cache = try store.open(
            config,
            codec: Codec(rawValue: codec) ?? .zstd,
            policy: policy,
            root: identity.rootPath,
            signing: signing
        )
        cache.limits = limits.limits(config.environment)
        let cacheIdentity = await identity.identity(in: scopes)
        let (root, sources) = (identity.rootPath, await identity.sources(retime))
        let checkout = identity.checkout
        let report = try await reportingCacheErrors { [cache] in
            try await cache.save(cacheIdentity, from: root, retiming: sources, leavingOut: checkout)
        }
        printNotes(report.notes)
        StandardStream.output.write("cache: \(CacheText.saved(report).oneLine)\n")
    }
}
