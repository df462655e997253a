internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache audit`.
struct CacheAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract:
            "Show who wrote what the last builds restored, and whether the policy accepts it.",
        discussion: """
            Every restore of 'run' and 'cache restore' on this machine is kept in the state directory, \
            at most 500 of a project. Each is held against the policy of now as of the time when it \
            was restored: take a stolen key out of the policy, and see which builds had its entries. \
            'cache stats' shows what the cache cost.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage],
                    [
                        .buildFailed: "the policy refuses an entry, with --exit-code",
                        .cacheFailed: "the policy cannot be used",
                    ]
                )
            )
            """
    )

    @Option(
        help: ArgumentHelp("The project's name. (default: as 'run' finds it)", valueName: "name")
    )
    var project: String?

    @Option(help: ArgumentHelp("The source root.", valueName: "dir"))
    var source = "."

    @Option(help: ArgumentHelp("So many of the last builds.", valueName: "number"))
    var last = 1

    @OptionGroup var policy: PolicyOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "End with exit status 1 when the policy refuses one of the entries.")
    var exitCode = false

    func validate() throws {
        if !Host.isDirectory(FilePath(source)) {
            throw ValidationError("--source: '\(source)' is not a directory")
        }
        if last < 1 { throw ValidationError("--last: '\(last)' is not a number of builds") }
    }

    func run() async throws {
        let environment = Host.environment().variables
        let root = Host.realPath(FilePath(source)) ?? FilePath(source)
        let policy = try policy.policy(root: root, environment, failing: .cacheFailed)
        var name = project
        if name == nil { name = await SourceVersion.read(in: root).projectName(for: root) }
        let state = StandardDirectories(environment).state
        let entries = CacheAudit.last(last, of: RestoreLog.read(of: name ?? "", in: state))
        let rows = entries.map { entry in
            AuditRow(
                entry: entry,
                now: policy?.trust(in: entry.origin, usedAt: entry.time) ?? .unchecked
            )
        }
        StandardStream.output.write(
            json
                ? AuditOutput.json(rows, project: name ?? "")
                : AuditOutput.text(rows, project: name ?? "")
        )
        if exitCode, rows.contains(where: \.isRefused) { throw ExitStatus.buildFailed.exitCode }
    }

    /// The entries of the last builds; what was restored without a build counts as one.
    private static func last(_ count: Int, of entries: [RestoredEntry]) -> [RestoredEntry] {
        var builds = 0
        var before: Int??
        let kept = entries.reversed().prefix { entry in
            if entry.build == nil || before != .some(entry.build) { builds += 1 }
            before = .some(entry.build)
            return builds <= count
        }
        return kept.reversed()
    }
}
