/// A buildspec as CodeBuild reads it: commands, environment, outputs and cache.
///
/// Every scalar is the text in the file: `3.10` stays `3.10` and `yes` stays `yes`.
///
/// Source: CodeBuild user guide, "Build specification reference for CodeBuild".
public struct Buildspec: Sendable, Equatable {
    /// The buildspec versions that CodeBuild supports.
    public enum Version: String, Sendable, CaseIterable {
        /// Every command runs in a separate shell, which starts without the state of the last one.
        case v01 = "0.1"
        /// The working directory and the environment are kept from command to command.
        case v02 = "0.2"
    }

    /// The version that the file declares.
    public var version: Version
    /// The user that commands run as, unless their phase names another one (`run-as`).
    public var runAs: Located<String>?
    /// The `env` section; in version 0.1, `environment_variables`.
    public var env: EnvSection
    /// The phases that the file declares; an absent phase is empty and succeeds.
    public var phases: [PhaseName: Phase]
    /// The `artifacts` section, if the file has one.
    public var artifacts: ArtifactsSection?
    /// The `cache` section, if the file has one.
    public var cache: CacheSection?
    /// The `proxy` section, if the file has one.
    public var proxy: ProxySection?
    /// The report groups in file order.
    public var reports: [ReportGroup]
    /// The `batch` section, if the file has one; a single build ignores it.
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

    /// Whether a phase has a command, in `commands` or `finally`, that is more than blanks and
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

    /// Whether the file only lists the builds of a batch, so that a single build runs nothing.
    public var isOnlyBatch: Bool { batch != nil && !hasCommands }
}
