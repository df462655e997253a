/// A buildspec as CodeBuild reads it: what to run, with which environment, and what to keep.
///
/// Every scalar is the text that stands in the file: `3.10` stays `3.10` and `yes` stays `yes`
/// wherever text is wanted.
///
/// Source: CodeBuild user guide, "Build specification reference for CodeBuild".
public struct Buildspec: Sendable, Equatable {
    /// The buildspec versions that CodeBuild knows.
    public enum Version: String, Sendable, CaseIterable {
        /// Every command runs in a shell of its own, nothing is carried over.
        case v01 = "0.1"
        /// The working directory and the environment are carried from command to command.
        case v02 = "0.2"
    }

    /// The version that the file declares.
    public var version: Version
    /// The user that all commands run as, unless a phase names another (`run-as`).
    public var runAs: Located<String>?
    /// The `env` section; in version 0.1, `environment_variables`.
    public var env: EnvSection
    /// The phases that the file declares; an absent one is empty and succeeds.
    public var phases: [PhaseName: Phase]
    /// The `artifacts` section, if there is one.
    public var artifacts: ArtifactsSection?
    /// The `cache` section, if there is one.
    public var cache: CacheSection?
    /// What goes through a proxy server, if the file says so.
    public var proxy: ProxySection?
    /// The report groups in file order.
    public var reports: [ReportGroup]
    /// The `batch` section, if there is one; a single build ignores it.
    public var batch: BatchSection?

    /// Creates a buildspec from its sections.
    public init(
        version: Version,
        runAs: Located<String>? = nil,
        env: EnvSection = EnvSection(),
        phases: [PhaseName: Phase] = [:],
        artifacts: ArtifactsSection? = nil,
        cache: CacheSection? = nil,
        proxy: ProxySection? = nil,
        reports: [ReportGroup] = [],
        batch: BatchSection? = nil
    ) {
        self.version = version
        self.runAs = runAs
        self.env = env
        self.phases = phases
        self.artifacts = artifacts
        self.cache = cache
        self.proxy = proxy
        self.reports = reports
        self.batch = batch
    }

    /// Whether some phase has a command, in `commands` or `finally`, that is more than blanks and
    /// comments.
    public var hasCommands: Bool {
        phases.values.contains { phase in
            (phase.commands + phase.finally).contains { command in
                command.value.split(whereSeparator: \.isNewline).contains { line in
                    let text = line.trimmed
                    return !text.isEmpty && !text.hasPrefix("#")
                }
            }
        }
    }

    /// Whether the file only says which builds a batch starts: a single build of it runs nothing.
    public var isOnlyBatch: Bool { batch != nil && !hasCommands }
}
