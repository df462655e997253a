extension KeyTable {
    static let envShape = KeyShape(
        "env",
        [shell, variables, parameterStore, secretsManager, exportedVariables, gitCredentialHelper]
    )

    static let oldEnvShape = KeyShape(
        "environment_variables",
        [
            KeyRow(
                "plaintext",
                .names(.variable, of: .text),
                "The name of 'variables' in version 0.1.",
                example: "\n  MODE: release",
                since: "0.1 only",
                mistakes: ["variables"]
            ),
            parameterStore,
        ]
    )

    static let proxyShape = KeyShape(
        "proxy",
        [
            KeyRow(
                "upload-artifacts",
                .flag,
                "Whether artifacts are uploaded through the proxy.",
                example: "yes",
                default: "no",
                since: "2019"
            ),
            KeyRow(
                "logs",
                .flag,
                "Whether logs are sent through the proxy.",
                example: "yes",
                default: "no",
                since: "2019"
            ),
        ]
    )

    private static let shell = KeyRow(
        "shell",
        .choice(["bash", "/bin/sh", "powershell.exe", "cmd.exe"], isOpen: true),
        "The shell that runs the commands.",
        example: "bash",
        default: "/bin/sh on Linux, PowerShell on Windows",
        since: "2020-06",
        notes: [
            "On Ubuntu images /bin/sh is dash, which has no '[[', 'source', arrays or here-strings."
        ]
    )

    private static let variables = KeyRow(
        "variables",
        .names(.variable, of: .text),
        "Variables with their values in plain text.",
        example: "\n  MODE: release",
        since: "0.2",
        mistakes: ["vars", "plaintext", "environment", "variable"],
        notes: [
            "The text is literal: '$NAME' in it is not replaced, so 'PATH: $PATH:/x' destroys PATH."
                + " Set such values with a command: 'export PATH=\"$PATH:/x\"'.",
            "Numbers and booleans keep their spelling: 3.10 stays 3.10, yes stays yes.",
            "Names that begin with CODEBUILD_ are reserved. Values given at the start of a build"
                + " override the project's values, which override the values here.",
        ]
    )

    private static let parameterStore = KeyRow(
        "parameter-store",
        .names(.variable, of: .text),
        "Variables whose values are parameters of the Systems Manager Parameter Store.",
        example: "\n  TOKEN: /ci/token",
        since: "0.2",
        mistakes: ["parameters", "ssm"],
        notes: [
            "The value is the name of the parameter, such as '/ci/token'. The parameter is fetched and"
                + " decrypted before the first command, and masked in logs."
        ]
    )

    private static let secretsManager = KeyRow(
        "secrets-manager",
        .names(.variable, of: .text),
        "Variables whose values are secrets of the Secrets Manager.",
        example: "\n  PASSWORD: prod/db:password",
        since: "2019-11",
        mistakes: ["secrets", "secret-manager"],
        notes: [
            "The value is 'secret-id[:json-key[:version-stage[:version-id]]]'; the secret-id is a name"
                + " or an ARN. The version-stage and the version-id exclude each other; without either,"
                + " AWSCURRENT is used. Without a json-key, the whole secret is used."
        ]
    )

    private static let exportedVariables = KeyRow(
        "exported-variables",
        .texts(),
        "Names of variables whose values the build exports, for example to a pipeline.",
        example: "\n  - IMAGE_TAG",
        since: "2019-11",
        mistakes: ["exports", "exported-variable"],
        notes: [
            "The value after post_build counts. Names that begin with AWS_ cannot be exported, nor can"
                + " secrets that the project declares."
        ]
    )

    private static let gitCredentialHelper = KeyRow(
        "git-credential-helper",
        .flag,
        "Whether git can use CodeBuild's credentials for the source provider.",
        example: "yes",
        default: "no",
        notes: ["Not for webhook builds of public repositories."]
    )
}
