extension KeyTable {
    static let artifactSetShape = KeyShape("artifact-set", artifactRows)

    static let artifactsShape = KeyShape(
        "artifacts",
        artifactRows + [
            KeyRow(
                "secondary-artifacts",
                .names(.artifact, of: .mapping(artifactSetShape)),
                "Further outputs, by artifact identifier; each has the keys of 'artifacts'.",
                example: "\n  docs:\n    files:\n      - 'site/**/*'",
                mistakes: ["secondary_artifacts", "secondary-artifact"],
                notes: [
                    "The identifiers (letters, digits and '_') must be those of the project. The"
                        + " primary 'files' are required even if they are not needed. At most 12."
                ]
            )
        ]
    )

    private static let artifactRows = [
        KeyRow(
            "files",
            .texts(minimum: 1, acceptsOne: true),
            "The files to keep, as globs relative to the base directory.",
            example: "\n  - 'target/*.jar'",
            required: true,
            since: "0.1",
            mistakes: ["file", "paths", "path"],
            notes: [
                "'*' matches in one directory, '**/*' in all directories below. A pattern without a"
                    + " match is skipped; if none has a match, the build fails. Do not begin with './'.",
                "CodeBuild also accepts a single text instead of the list.",
            ]
        ),
        KeyRow(
            "name",
            .text,
            "The artifact's name, evaluated by the shell at the end of the build.",
            example: "app-$(date +%Y-%m-%d)",
            notes: ["Applies only if the project lets the buildspec override the name."]
        ),
        KeyRow(
            "discard-paths",
            .flag,
            "Whether the files are stored by their base names, without directories.",
            example: "yes",
            default: "no",
            mistakes: ["discard_paths", "discard-path", "flatten"]
        ),
        KeyRow(
            "base-directory",
            .text,
            "The directory in which 'files' start; it can be a glob.",
            example: "dist",
            default: "the source root",
            mistakes: ["base_directory", "base-dir", "basedir"]
        ),
        KeyRow(
            "exclude-paths",
            .texts(acceptsOne: true),
            "Files to leave out, as globs relative to the base directory.",
            example: "\n  - '**/*.tmp'",
            since: "2021-02",
            mistakes: ["exclude", "excludes", "exclude_paths"]
        ),
        KeyRow(
            "enable-symlinks",
            .flag,
            "Whether symbolic links inside the tree stay links; for ZIP packaging only.",
            example: "yes",
            default: "no",
            since: "2021-02"
        ),
        KeyRow(
            "s3-prefix",
            .text,
            "A prefix for the object's name in S3, before the build identifier.",
            example: "nightly",
            since: "2021-02"
        ),
        KeyRow(
            "type",
            .text,
            "The packaging in version 0.1; deprecated and ignored.",
            example: "zip",
            since: "0.1 only"
        ),
    ]

    static let cacheShape = KeyShape(
        "cache",
        [
            KeyRow(
                "paths",
                .texts(minimum: 1),
                "The files to keep, as globs relative to the source root, or absolute.",
                example: "\n  - '/root/.m2/**/*'",
                since: "2017-11",
                mistakes: ["path", "files", "directories"],
                notes: [
                    "'~' is not replaced; write '/root'. Local caches keep whole directories only."
                ]
            ),
            KeyRow(
                "key",
                .text,
                "The key of the cache entry, evaluated by the shell.",
                example: "npm-$(codebuild-hash-files package-lock.json)",
                since: "2025",
                notes: [
                    "With a key, entries never change: a build saves only if the key has no entry yet."
                        + " Without one, the project has a single entry that each build replaces.",
                    "The list of paths is part of the identity: a changed list matches no old entry.",
                ]
            ),
            KeyRow(
                "fallback-keys",
                .texts(maximum: 5),
                "Prefixes of keys to try in order if the key has no entry.",
                example: "\n  - npm-",
                since: "2025",
                mistakes: ["restore-keys", "fallback_keys", "fallback-key"],
                notes: ["Ignored without 'key'. At most five."]
            ),
            KeyRow(
                "action",
                .choice(["restore", "save"]),
                "The part of caching to do.",
                example: "restore",
                default: "both",
                since: "2025"
            ),
        ],
        [.needs("fallback-keys", "key")]
    )

    static let reportShape = KeyShape(
        "report",
        [
            KeyRow(
                "files",
                .texts(minimum: 1, acceptsOne: true),
                "The report files, as globs relative to the base directory.",
                example: "\n  - 'build/test-results/**/*.xml'",
                required: true,
                mistakes: ["file", "paths"]
            ),
            KeyRow(
                "file-format",
                .choice(reportFormats, ignoringCase: true, isOpen: true),
                "The format of the report files; the last four are coverage formats.",
                example: "CUCUMBERJSON",
                default: "JUNITXML",
                mistakes: ["format", "file_format"]
            ),
            KeyRow(
                "base-directory",
                .text,
                "The directory in which 'files' start; it can be a glob.",
                example: "target",
                default: "the source root",
                mistakes: ["base_directory", "base-dir"]
            ),
            KeyRow(
                "discard-paths",
                .flag,
                "Whether the files are stored by their base names, without directories.",
                example: "yes",
                default: "no",
                mistakes: ["discard_paths", "discard-path"]
            ),
        ]
    )

    private static let reportFormats = [
        "JUNITXML", "CUCUMBERJSON", "NUNITXML", "NUNIT3XML", "TESTNGXML", "VISUALSTUDIOTRX",
        "CLOVERXML", "COBERTURAXML", "JACOCOXML", "SIMPLECOV",
    ]
}
