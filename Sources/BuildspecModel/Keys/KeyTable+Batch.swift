extension KeyTable {
    static let batchShape = KeyShape(
        "batch",
        [
            KeyRow(
                "fast-fail",
                .flag,
                "Whether the first failing build stops the others.",
                example: "true",
                default: "false",
                mistakes: ["fail-fast", "fast_fail"]
            ),
            KeyRow(
                "build-list",
                .list(listItemShape),
                "Builds that all run at once.",
                example: "\n  - identifier: linux",
                mistakes: ["list", "builds", "build-batch"]
            ),
            KeyRow(
                "build-graph",
                .list(graphItemShape),
                "Builds that wait for one another.",
                example: "\n  - identifier: linux",
                mistakes: ["graph", "build-batch"]
            ),
            KeyRow(
                "build-matrix",
                .mapping(matrixShape),
                "One build for every combination of values.",
                example: "\n  dynamic:\n    buildspec:\n      - a.yml",
                since: "2020-11",
                mistakes: ["matrix"]
            ),
            KeyRow(
                "build-fanout",
                .mapping(fanoutShape),
                "The same build several times, each with a share of the tests.",
                example: "\n  parallelism: 5",
                since: "2025",
                mistakes: ["fanout", "fan-out"]
            ),
        ],
        [.exactlyOne(["build-list", "build-graph", "build-matrix", "build-fanout"])]
    )

    static let listItemShape = KeyShape("batch-build", itemRows)

    static let graphItemShape = KeyShape(
        "batch-graph-build",
        itemRows + [
            KeyRow(
                "depend-on",
                .texts(),
                "Identifiers of builds that must complete first.",
                example: "\n  - base",
                mistakes: ["depends-on", "depends_on", "needs", "depend_on"],
                notes: ["Always a list, even for one identifier."]
            )
        ]
    )

    private static let itemRows = [
        KeyRow(
            "identifier",
            .pattern(
                forms: ["letters, digits and '_', up to 127"],
                expression: "^[A-Za-z0-9_]{1,127}$"
            ),
            "The build's name in the batch.",
            example: "linux",
            required: true,
            mistakes: ["id", "name"],
            notes: ["Becomes CODEBUILD_BATCH_BUILD_IDENTIFIER and part of artifact names."]
        ),
        KeyRow(
            "buildspec",
            .text,
            "The buildspec of this build: a path, or the text itself.",
            example: "ci/linux.yml",
            default: "this file"
        ),
        KeyRow(
            "debug-session",
            .flag,
            "Whether 'codebuild-breakpoint' pauses this build for debugging.",
            example: "true",
            default: "false"
        ),
        ignoreFailure,
        KeyRow(
            "env",
            .mapping(itemEnvShape),
            "The environment of this build; it overrides the project's.",
            example: "\n  compute-type: BUILD_GENERAL1_SMALL"
        ),
    ]

    private static let ignoreFailure = KeyRow(
        "ignore-failure",
        .flag,
        "Whether the batch can succeed although this build failed.",
        example: "true",
        default: "false"
    )

    private static let computeType = KeyRow(
        "compute-type",
        .text,
        "The size of the machine; excludes 'fleet'.",
        example: "BUILD_GENERAL1_SMALL"
    )
    private static let fleet = KeyRow(
        "fleet",
        .text,
        "The reserved fleet to run on; excludes 'compute-type'.",
        example: "my-fleet"
    )
    private static let image = KeyRow(
        "image",
        .text,
        "The build image.",
        example: "aws/codebuild/standard:7.0"
    )
    private static let privilegedMode = KeyRow(
        "privileged-mode",
        .flag,
        "Whether the build can run a Docker daemon.",
        example: "true",
        default: "false"
    )
    private static let environmentType = KeyRow(
        "type",
        .text,
        "The environment type, such as LINUX_CONTAINER or ARM_CONTAINER.",
        example: "LINUX_CONTAINER"
    )

    static let itemEnvShape = KeyShape(
        "batch-build-env",
        [
            computeType, fleet, image, privilegedMode, environmentType,
            KeyRow(
                "variables",
                .names(.variable, of: .text),
                "Variables of this build; they override the buildspec's.",
                example: "\n  TARGET: linux"
            ),
        ],
        [.excludes("compute-type", "fleet")]
    )

    static let matrixShape = KeyShape(
        "batch-matrix",
        [
            KeyRow(
                "static",
                .mapping(matrixStaticShape),
                "Settings that all builds of the matrix share.",
                example: "\n  ignore-failure: true"
            ),
            KeyRow(
                "dynamic",
                .mapping(matrixDynamicShape),
                "Lists of values; each combination is one build.",
                example: "\n  buildspec:\n    - a.yml"
            ),
        ]
    )

    static let matrixStaticShape = KeyShape(
        "batch-matrix-static",
        [
            ignoreFailure,
            KeyRow(
                "env",
                .mapping(matrixStaticEnvShape),
                "The environment of all builds.",
                example: "\n  type: LINUX_CONTAINER"
            ),
        ]
    )

    static let matrixStaticEnvShape = KeyShape(
        "batch-matrix-static-env",
        [privilegedMode, environmentType]
    )

    static let matrixDynamicShape = KeyShape(
        "batch-matrix-dynamic",
        [
            KeyRow("buildspec", .texts(minimum: 1), "Buildspec files.", example: "\n  - a.yml"),
            KeyRow(
                "env",
                .mapping(matrixDynamicEnvShape),
                "Values of the environment.",
                example: "\n  image:\n    - aws/codebuild/standard:7.0"
            ),
        ]
    )

    static let matrixDynamicEnvShape = KeyShape(
        "batch-matrix-dynamic-env",
        [
            KeyRow(
                "compute-type",
                .texts(minimum: 1),
                "Sizes of machines.",
                example: "\n  - BUILD_GENERAL1_SMALL"
            ),
            KeyRow(
                "image",
                .texts(minimum: 1),
                "Build images.",
                example: "\n  - aws/codebuild/standard:7.0"
            ),
            KeyRow(
                "variables",
                .names(.variable, of: .texts(minimum: 1)),
                "Variables, each with a list of values.",
                example: "\n  TARGET:\n    - linux"
            ),
        ]
    )

    static let fanoutShape = KeyShape(
        "batch-fanout",
        [
            KeyRow(
                "parallelism",
                .integer(1...100),
                "The number of builds that share the tests.",
                example: "5",
                required: true,
                since: "2025"
            ),
            ignoreFailure,
        ]
    )
}
