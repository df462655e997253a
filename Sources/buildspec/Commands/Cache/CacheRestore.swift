internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner

/// `buildspec cache restore`.
struct CacheRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore the files of an entry.",
        discussion: """
            The paths must be the same as for the save, because they identify the entry. A miss is not \
            an error, unless you pass --fail-on-miss. A damaged entry is a miss.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [.buildFailed: "nothing was restored, with --fail-on-miss"]
                )
            )
            """
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var scopes: ScopeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Option(
        name: .customLong("fallback-key"),
        help: ArgumentHelp(
            "If the key has no entry, restore the newest entry whose key starts with this prefix. Can "
                + "be repeated.",
            valueName: "prefix"
        )
    )
    var fallbackKeys: [String] = []

    @Flag(help: "Verify the content of files that appear unchanged.")
    var verify = false

    @Flag(help: "Set unchanged source files to the times that 'save --retime' recorded.")
    var retime = false

    @Flag(help: "Exit with status 1 if nothing was restored.")
    var failOnMiss = false

    func validate() throws {
        if !fallbackKeys.isEmpty, identity.key == nil {
            throw ValidationError("--fallback-key needs --key; without a key it is not used")
        }
        if fallbackKeys.contains(where: \.isBlank) {
            throw ValidationError(
                "--fallback-key: the prefix is empty, which would match the newest entry of any key"
            )
        }
    }

    func run() async throws {
        let cache = try store.open(policy: policy, root: identity.rootPath)
        let cacheIdentity = await identity.identity(in: scopes, fallbackKeys: fallbackKeys)
        let (root, sources) = (identity.rootPath, await identity.sources(retime))
        let checkout = identity.checkout
        let report = try await reportingCacheErrors { [verify] in
            try await cache.restore(
                cacheIdentity,
                into: root,
                verify: verify,
                retiming: sources,
                leavingOut: checkout
            )
        }
        // A full disk causes several problems, and is reported once.
        let problem = await recordForAudit(report)
        printNotes(report.notes.isEmpty ? [problem].compactMap(\.self) : report.notes)
        var text = CacheText.restored(report)
        // The command line does not show which scope was resolved.
        if case .miss = report.outcome, report.notes.isEmpty {
            text += CacheText.scopes(cacheIdentity)
        }
        StandardStream.output.write("cache: \(text.oneLine)\n")
        if failOnMiss, case .miss = report.outcome { throw ExitStatus.buildFailed.exitCode }
    }

    /// Records the origin of the restored files; the result is a problem.
    private func recordForAudit(_ report: RestoreReport) async -> String? {
        guard let origin = report.origin else { return nil }
        let state = StandardDirectories(Host.environment().variables).state
        let entry = RestoredEntry(time: UTCTime.seconds(), build: nil, origin: origin)
        return RestoreLog.add(entry, of: await identity.project, in: state)
    }
}
