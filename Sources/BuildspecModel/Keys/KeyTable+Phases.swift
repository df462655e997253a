extension KeyTable {
    static let phasesShape = KeyShape(
        "phases",
        [
            phase(
                "install",
                .mapping(installShape),
                "Installation of packages and runtimes.",
                ["installation", "setup", "before_install", "dependencies"]
            ),
            phase(
                "pre_build",
                .mapping(phaseShape),
                "Steps before the build, such as signing in to a registry.",
                ["pre-build", "prebuild", "before_script", "prepare", "pre_install"]
            ),
            phase("build", .mapping(phaseShape), "The build itself.", ["script", "compile"]),
            phase(
                "post_build",
                .mapping(phaseShape),
                "Steps after the build, also after a failed one: packaging, publishing, notifications.",
                ["post-build", "postbuild", "after_script", "post_deploy", "after_build"]
            ),
        ]
    )

    static let phaseShape = KeyShape("phase", [phaseRunAs, onFailure, commands, finally])

    static let installShape = KeyShape(
        "install-phase",
        [phaseRunAs, onFailure, runtimeVersions, commands, finally]
    )

    private static func phase(
        _ name: String,
        _ kind: KeyKind,
        _ summary: String,
        _ mistakes: [String]
    ) -> KeyRow {
        KeyRow(
            name,
            kind,
            summary,
            example: "\n  commands:\n    - echo \(name)",
            since: "0.1",
            mistakes: mistakes
        )
    }

    private static let phaseRunAs = KeyRow(
        "run-as",
        .text,
        "The Linux user that runs this phase's commands; it overrides the one at the top level.",
        example: "builder",
        default: "the 'run-as' at the top level",
        since: "0.2",
        mistakes: ["user", "runas"]
    )

    private static let onFailure = KeyRow(
        "on-failure",
        .pattern(
            forms: [
                "ABORT", "CONTINUE", "RETRY", "RETRY-<count>", "RETRY-<regex>",
                "RETRY-<count>-<regex>",
            ],
            expression: "^([Aa][Bb][Oo][Rr][Tt]|[Cc][Oo][Nn][Tt][Ii][Nn][Uu][Ee]"
                + "|[Rr][Ee][Tt][Rr][Yy](-.+)?)$"
        ),
        "The effect of a failure of this phase on the build.",
        example: "ABORT",
        default: "'build' continues with post_build, the others end the build",
        since: "2021-02; RETRY 2024",
        mistakes: ["onfailure", "failure"],
        notes: [
            "ABORT ends the build; for 'build', it also skips post_build. CONTINUE continues with the"
                + " next phase.",
            "RETRY runs the phase again, at most count times (0 to 100, 3 if not given), if the regular"
                + " expression ('.*' if not given) matches the error message. Its syntax is Perl's.",
        ]
    )

    private static let runtimeVersions = KeyRow(
        "runtime-versions",
        .names(.runtime, of: .text),
        "The language runtimes to select, and their versions.",
        example: "\n  python: 3.12",
        since: "0.2",
        mistakes: ["runtime-version", "runtimes", "runtime"],
        notes: [
            "A version is exact (3.12), the newest of a major one (18.x), 'latest', or a variable"
                + " ($PYTHON_VERSION). The text counts: 3.10 is not 3.1.",
            "At least one entry if the key is present; works only with CodeBuild's images.",
        ]
    )

    private static let commands = KeyRow(
        "commands",
        .commands,
        "The commands, which run in order until one fails.",
        example: "\n  - make",
        since: "0.1",
        mistakes: ["command", "steps", "script", "run", "cmd", "cmds"],
        notes: [
            "Each item is one script. An item's exit status is that of its last command: there is no"
                + " implied 'set -e' or 'pipefail', and both apply only to their own item.",
            "Quote an item that contains ': ' or ' #', that begins with one of [ { * & ! % @ ` | > or a"
                + " quote, or write it as a '|' block.",
        ]
    )

    private static let finally = KeyRow(
        "finally",
        .commands,
        "Commands that run after 'commands', whether or not one of those failed.",
        example: "\n  - docker compose down",
        since: "2018-06",
        mistakes: ["ensure", "always", "after"],
        notes: [
            "They belong to their phase: a failing one fails the phase, and they do not run when the"
                + " phase was skipped."
        ]
    )
}
