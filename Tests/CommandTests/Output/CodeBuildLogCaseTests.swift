import SystemPackage
import TestSupport
import Testing

/// `run --log-format codebuild` in cases that the golden log does not have.
///
/// The lines are those of published build logs of 2021 and later.
@Suite(.timed, .timeLimit(.minutes(2)))
struct CodeBuildLogCaseTests {
    @Test func `a buildspec without phases runs four empty phases`() async throws {
        let log = try await log("version: 0.2\nartifacts: {files: [a]}\n")
        #expect(log.status == 0)
        #expect(log.lines.contains("[C] Phases found in YAML: 0"))
        let ends = log.lines.filter { $0.hasPrefix("[C] Phase complete: ") }
        #expect(
            ends
                == [
                    "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD",
                    "UPLOAD_ARTIFACTS",
                ].map { "[C] Phase complete: \($0) State: SUCCEEDED" }
        )
    }

    @Test func `a phase with only runtimes has no commands, and its runtimes are skipped`()
        async throws
    {
        let log = try await log(
            "version: 0.2\nphases: {install: {runtime-versions: {cobol: latest}}}\n"
        )
        #expect(log.lines.contains("[C]  INSTALL: 0 commands"))
        #expect(
            log.lines.contains(
                "[C] Skipping install of runtimes. Runtime version selection is not supported by "
                    + "this build image"
            )
        )
        #expect(!log.lines.contains("[C] No runtime version selected in buildspec."))
    }

    @Test(arguments: ["install", "pre_build"])
    func `the log ends with the failed phase after which nothing runs`(phase: String) async throws {
        let log = try await log(
            """
            version: 0.2
            phases:
              \(phase): {commands: [exit 4]}
              build: {commands: [echo never]}
            artifacts: {files: [a]}
            """,
            "--artifacts",
            "out"
        )
        #expect(log.status == 1)
        #expect(
            log.lines.suffix(3) == [
                "[C] Command did not exit successfully exit 4 exit status 4",
                "[C] Phase complete: \(phase.uppercased()) State: FAILED",
                "[C] Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while "
                    + "executing command: exit 4. Reason: exit status 4",
            ]
        )
    }

    @Test(arguments: [
        ("files: [none]", "no matching artifact paths found"),
        ("files: ['*'], base-directory: dist", "no matching base directory path found for dist"),
    ])
    func `artifacts that do not exist fail UPLOAD_ARTIFACTS`(
        keys: String,
        message: String
    )
        async throws
    {
        let log = try await log(
            "version: 0.2\nphases: {build: {commands: [exit 1]}}\nartifacts: {\(keys)}\n",
            "--artifacts",
            "out"
        )
        #expect(!log.lines.contains("[C] Entering phase UPLOAD_ARTIFACTS"))
        #expect(
            log.lines.suffix(2) == [
                "[C] Phase complete: UPLOAD_ARTIFACTS State: FAILED",
                "[C] Phase context status code: CLIENT_ERROR Message: \(message)",
            ]
        )
    }

    @Test(arguments: [
        (nil, "YAML_FILE_ERROR Message: YAML file does not exist"),
        (
            "version 0.2\nphases: {}\n",
            "YAML_FILE_ERROR Message: mapping values are not allowed in this context at line 1"
        ),
        (
            "version: 0.2\nphases:\n  build:\n    commands:\n      - echo \"a: b\"\n",
            "YAML_FILE_ERROR Message: Expected Commands[0] to be of string type: found subkeys "
                + "instead at line 5, value of the key tag on line 4 might be empty"
        ),
        ("", "YAML_FILE_ERROR Message: wrong number of container tags, expected 1"),
    ])
    func `a buildspec that cannot be read fails DOWNLOAD_SOURCE`(
        text: String?,
        context: String
    )
        async throws
    {
        let log = try await log(text)
        #expect(log.status == 2)
        #expect(
            log.lines == [
                "[C] Waiting for DOWNLOAD_SOURCE", "[C] Phase is DOWNLOAD_SOURCE",
                "[C] CODEBUILD_SRC_DIR=ROOT", "[C] YAML location is ROOT/buildspec.yml",
                "[C] Phase complete: DOWNLOAD_SOURCE State: FAILED",
                "[C] Phase context status code: \(context)",
            ]
        )
    }

    @Test(arguments: [
        (
            "parameter-store: {P: /none}", "Decrypted Variables Error",
            "cannot read 'P' from '/none'"
        ),
        ("secrets-manager: {S: none}", "Secrets Manager Error", "cannot read 'S' from 'none'"),
        ("shell: nosuch", "", "cannot run commands with the shell 'nosuch'"),
    ])
    func `a missing parameter, secret or shell fails DOWNLOAD_SOURCE`(
        env: String,
        code: String,
        message: String
    ) async throws {
        let log = try await log(
            "version: 0.2\nenv: {\(env)}\nphases: {build: {commands: [touch ran]}}\n"
        )
        #expect(log.status == 2)
        #expect(!log.hasRun)
        let decrypting = "[C] Decrypting parameter store environment variables"
        let isDecrypting = env.hasPrefix("parameter-store")
        #expect(
            log.lines.suffix(3).first
                == (isDecrypting ? decrypting : "[C] Processing environment variables")
        )
        #expect(log.lines.contains("[C] Processing environment variables"))
        #expect(log.lines.suffix(2).first == "[C] Phase complete: DOWNLOAD_SOURCE State: FAILED")
        let beginning = "[C] Phase context status code: \(code) Message: \(message)"
        #expect(log.lines.last?.hasPrefix(beginning) == true)
        #expect(
            log.error.hasSuffix(
                "the build cannot start: DOWNLOAD_SOURCE failed, no command has run\n"
            )
        )
    }

    @Test func `the log has lines for parameters and cache paths`() async throws {
        let log = try await log(
            """
            version: 0.2
            env: {parameter-store: {P: /p}}
            phases: {build: {commands: [echo $P]}}
            cache: {paths: [a/**/*, b]}
            """,
            "--env",
            "P=value-of-p",
            "--cache",
            "store"
        )
        let parameters = "[C] Decrypting parameter store environment variables"
        let index = try #require(log.lines.firstIndex(of: parameters))
        #expect(log.lines[index - 1] == "[C] Processing environment variables")
        #expect(log.lines.contains("[C] Expanded cache path a/**/*"))
        #expect(log.lines.contains("[C] Expanded cache path b"))
        #expect(!log.lines.contains("[C] Cache is not defined in the buildspec"))
    }

    @Test func `a build that times out ends its phase as TIMED_OUT`() async throws {
        let log = try await log(
            "version: 0.2\nphases: {build: {commands: [sleep 600], finally: [echo never]}}\n",
            "--timeout",
            "3s"
        )
        #expect(log.status == 124)
        #expect(log.lines.contains("[C] Phase complete: BUILD State: TIMED_OUT"))
        #expect(!log.lines.contains("[C] Entering phase POST_BUILD"))
    }

    @Test func `the output of a command has no prefix, and its last line is completed`()
        async throws
    {
        let log = try await log(
            "version: 0.2\nphases: {build: {commands: ['printf \"a\\nb\"', 'true']}}\n"
        )
        let index = try #require(log.lines.firstIndex(of: "[C] Running command printf \"a\\nb\""))
        #expect(
            log.lines[index...].prefix(6) == [
                "[C] Running command printf \"a\\nb\"", "a", "b", "", "[C] Running command true",
                "",
            ]
        )
    }
}

extension CodeBuildLogCaseTests {
    private struct Log {
        var lines: [String]
        var error: String
        var status: Int32
        var hasRun: Bool
    }

    /// Runs a build, and returns its log with times and paths replaced.
    ///
    /// - Parameters:
    ///   - text: The buildspec; `nil` stands for a missing file.
    ///   - arguments: Further arguments.
    /// - Returns: The log.
    /// - Throws: An error if the build cannot be run.
    private func log(_ text: String?, _ arguments: String...) async throws -> Log {
        let directory = try TemporaryDirectory()
        if let text { try directory.write(text, to: "buildspec.yml") }
        let base = ["run", "--log-format", "codebuild"]
        let cache = arguments.contains("--cache") ? [] : ["--cache", "none"]
        let outcome = try await BuildspecProcess.run(base + cache + arguments, in: directory)
        let time = #/\[Container\] [0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}\.[0-9]{6} /#
        let text = outcome.output.replacing(time, with: "[C] ")
            .replacing(directory.path.string, with: "ROOT")
        return Log(
            lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                .dropLast(),
            error: outcome.error,
            status: outcome.status,
            hasRun: try directory.read("ran") != nil
        )
    }
}
