internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner

/// `buildspec cache restore`.
struct CacheRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore the files of some paths by their key.",
        discussion: """
            The paths must be those of the save; they are part of what identifies an entry. A miss \
            is no error unless --fail-on-miss is given; anything damaged is a miss.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [.buildFailed: "nothing was restored, with --fail-on-miss"]
                )
            )
            """
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var policy: PolicyOptions

    @Option(
        name: .customLong("fallback-key"),
        help: ArgumentHelp(
            "A prefix to try when the key has no entry, newest entry first; may be repeated.",
            valueName: "prefix"
        )
    )
    var fallbackKeys: [String] = []

    @Flag(help: "Read files that look unchanged to prove that they are.")
    var verify = false

    @Flag(help: "Give unchanged source files the times that 'save --retime' recorded.")
    var retime = false

    @Flag(help: "End with exit status 1 when nothing was restored.")
    var failOnMiss = false

    func validate() throws {
        if !fallbackKeys.isEmpty, identity.key == nil {
            throw ValidationError("--fallback-key needs --key; without a key it is not used")
        }
        if fallbackKeys.contains(where: \.isBlank) {
            throw ValidationError(
                "--fallback-key: it is empty, and would take whatever entry is the newest"
            )
        }
    }

    func run() async throws {
        let cache = try store.open(policy: policy, root: identity.rootPath)
        let wanted = await identity.identity(fallbackKeys: fallbackKeys)
        let (root, sources) = (identity.rootPath, await identity.sources(retime))
        let checkout = identity.checkout
        let report = try await reportingCacheErrors { [verify] in
            try await cache.restore(
                wanted,
                into: root,
                verify: verify,
                retiming: sources,
                leavingOut: checkout
            )
        }
        // A disk that is full is said once.
        let problem = await keptForAudit(report)
        printNotes(report.notes.isEmpty ? [problem].compactMap(\.self) : report.notes)
        var text = CacheText.restored(report)
        // Nobody sees in the command line which scope was found out.
        if case .miss = report.outcome, report.notes.isEmpty { text += CacheText.searched(wanted) }
        StandardStream.output.write("cache: \(text.oneLine)\n")
        if failOnMiss, case .miss = report.outcome { throw ExitStatus.buildFailed.exitCode }
    }

    /// Keeps where the files came from; what keeps that from being kept is a note.
    private func keptForAudit(_ report: RestoreReport) async -> String? {
        guard let origin = report.origin else { return nil }
        let state = StandardDirectories(Host.environment().variables).state
        let entry = RestoredEntry(time: UTCTime.seconds(), build: nil, origin: origin)
        return RestoreLog.add(entry, of: await identity.project, in: state)
    }
}
