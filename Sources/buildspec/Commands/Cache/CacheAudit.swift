internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec cache audit`.
struct CacheAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract:
            "Show who wrote the entries of the last builds, and whether the policy accepts them.",
        discussion: """
            Every restore of 'run' and 'cache restore' on this machine is recorded in the state \
            directory, at most 500 for a project. Each entry is checked against the current policy, at \
            the time of its restore. To find the builds that used a stolen key, remove the key from \
            the policy first. 'cache stats' shows how much time the cache costs.

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
        help: ArgumentHelp(
            "Audit the project of this name. (default: the name that 'run' uses)",
            valueName: "name"
        )
    )
    var project: String?

    @Option(help: ArgumentHelp("Use this source root.", valueName: "dir"))
    var source = "."

    @Option(help: ArgumentHelp("Show this many of the last builds.", valueName: "number"))
    var last = 1

    @OptionGroup var policy: PolicyOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Exit with status 1 if the policy refuses an entry.")
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

    /// The entries of the last builds; a restore without a build counts as a build.
    private static func last(_ count: Int, of entries: [RestoredEntry]) -> [RestoredEntry] {
        var builds = 0
        var previous: Int??
        let selected = entries.reversed().prefix { entry in
            if entry.build == nil || previous != .some(entry.build) { builds += 1 }
            previous = .some(entry.build)
            return builds <= count
        }
        return selected.reversed()
    }
}
