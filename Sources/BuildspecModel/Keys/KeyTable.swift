/// The table of all keys of a buildspec.
///
/// Source: CodeBuild user guide, "Build specification reference for CodeBuild" and "Batch build
/// buildspec reference".
public enum KeyTable {
    /// The keys at the top level of the file.
    public static let root = KeyShape(
        "buildspec",
        [
            version, runAs, env, environmentVariables, proxy, batch, phases, reports, artifacts,
            cache,
        ]
    )

    private static let version = KeyRow(
        "version",
        .choice(["0.1", "0.2"]),
        "The version of the buildspec language.",
        example: "0.2",
        required: true,
        since: "0.1",
        mistakes: ["Version"],
        notes: [
            "In 0.1, every command runs in a separate shell; in 0.2, the working directory and the"
                + " environment are kept from command to command.",
            "Any other value, such as 0.3 or 1.0, is refused.",
        ]
    )

    static let runAs = KeyRow(
        "run-as",
        .text,
        "The Linux user that runs the commands.",
        example: "builder",
        default: "root",
        since: "0.2",
        mistakes: ["user", "runas"],
        notes: ["At the top level, it applies to all phases; a phase can override it."]
    )

    private static let env = KeyRow(
        "env",
        .mapping(envShape),
        "The environment of the build: shell, variables, and sources of secret values.",
        example: "\n  variables:\n    MODE: release",
        since: "0.2",
        mistakes: ["environment", "envs"]
    )

    private static let environmentVariables = KeyRow(
        "environment_variables",
        .mapping(oldEnvShape),
        "The name of 'env' in version 0.1.",
        example: "\n  plaintext:\n    MODE: release",
        since: "0.1 only",
        notes: ["In version 0.2 write 'env' with 'variables' instead."]
    )

    private static let proxy = KeyRow(
        "proxy",
        .mapping(proxyShape),
        "The traffic that goes through an explicit proxy server; no effect without a proxy server.",
        example: "\n  logs: yes",
        since: "2019"
    )

    private static let batch = KeyRow(
        "batch",
        .mapping(batchShape),
        "The builds of a batch; ignored when a single build is started.",
        example: "\n  build-list:\n    - identifier: linux",
        since: "2020-07"
    )

    private static let phases = KeyRow(
        "phases",
        .mapping(phasesShape),
        "The commands, by phase.",
        example: "\n  build:\n    commands:\n      - make",
        since: "0.1",
        mistakes: ["phase", "stages", "jobs", "steps"],
        notes: [
            "The phases run in the order install, pre_build, build, post_build, whatever their order"
                + " in the file. There are no other phases.",
            "CodeBuild accepts a file without phases; nothing runs then and the build succeeds.",
        ]
    )

    private static let reports = KeyRow(
        "reports",
        .names(.reportGroup, of: .mapping(reportShape)),
        "Test and coverage reports, by report group name or ARN.",
        example: "\n  unit-tests:\n    files:\n      - results.xml",
        since: "2019-11",
        mistakes: ["report"],
        notes: [
            "At most five groups. A name creates or uses the group '<project>-<name>'; an ARN uses that"
                + " group. A failed test case does not fail the build; a report without a file, or with"
                + " one that cannot be read, does."
        ]
    )

    private static let artifacts = KeyRow(
        "artifacts",
        .mapping(artifactsShape),
        "The output files of the build.",
        example: "\n  files:\n    - '**/*'",
        since: "0.1",
        mistakes: ["artifact"]
    )

    private static let cache = KeyRow(
        "cache",
        .mapping(cacheShape),
        "The files that a build keeps for the next one.",
        example: "\n  paths:\n    - 'node_modules/**/*'",
        since: "2017-11",
        mistakes: ["caches", "caching"]
    )
}
