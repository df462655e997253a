import BuildspecModel
import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

/// The environment that CodeBuild's guide and published environment dumps describe.
///
/// CodeBuild guide, build-env-ref-env-vars and build-spec-ref: env.
@Suite(.timed, .timeLimit(.minutes(1)))
struct CloudVariableTests {
    /// A resolver whose values contain the references.
    private struct Echo: SecretResolver {
        func resolve(
            parameters: [ReferencedVariable],
            secrets: [ReferencedVariable]
        ) async throws -> [String: String] {
            (parameters + secrets).reduce(into: [:]) { $0[$1.name] = "value of \($1.reference)" }
        }
    }

    /// A resolver that fails for one name.
    private struct Unread: SecretResolver {
        let name: String

        func resolve(
            parameters: [ReferencedVariable],
            secrets: [ReferencedVariable]
        ) async throws -> [String: String] {
            throw UnreadReferences(names: [name], "there is none")
        }
    }

    @Test func `the build number after the largest integer is 1`() async throws {
        var build = try TestBuild(build: ["echo $CODEBUILD_BUILD_NUMBER"])
        build.request.project = "p"
        try build.state.write("\(Int.max)\n", to: "projects/p/build-number")
        #expect(try await build.lines() == ["1"])
    }

    @Test(
        arguments: [
            ("P", "there-p", "Decrypted Variables Error"),
            ("S", "there-s", "Secrets Manager Error"),
        ]
    )
    func `a reference that cannot be read is the only one in the error, with its position`(
        name: String,
        reference: String,
        code: String
    ) async throws {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                env:
                  parameter-store: {GOOD: good, P: there-p}
                  secrets-manager: {FINE: fine, S: there-s}
                """
        )
        build.request.secretResolver = Unread(name: name)
        let error = await #expect(throws: SetupError.self) { try await build.run() }
        let problem = try #require(error?.problems.first)
        #expect(error?.problems.count == 1)
        #expect(
            problem.message
                == "cannot read '\(name)' from '\(reference)': there is none; or give the "
                + "value with '--env NAME=VALUE' or '--secrets-file'"
        )
        #expect(problem.statusCode == code)
        #expect(problem.range?.start.line == (name == "P" ? 3 : 4))
    }

    /// A resolver with fixed values.
    private struct Given: SecretResolver {
        let values: [String: String]

        func resolve(
            parameters: [ReferencedVariable],
            secrets: [ReferencedVariable]
        ) async throws -> [String: String] { values }
    }

    @Test func `a parameter with a NUL character is refused`()
        async throws
    {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                env:
                  parameter-store: {GOOD: good, P: there-p}
                phases: {build: {commands: [echo ran]}}
                """
        )
        build.request.secretResolver = Given(values: ["GOOD": "good", "P": "a\u{0}b"])
        let error = await #expect(throws: SetupError.self) { try await build.run() }
        let problem = try #require(error?.problems.first)
        #expect(
            problem.message
                == "cannot read 'P' from 'there-p': it holds a NUL character, which no variable can;"
                + " or give the value with '--env NAME=VALUE' or '--secrets-file'"
        )
        #expect(problem.range?.start.line == 3)
    }

    /// A resolver that does not answer before the build is stopped.
    private struct Hanging: SecretResolver {
        func resolve(
            parameters: [ReferencedVariable],
            secrets: [ReferencedVariable]
        ) async throws -> [String: String] {
            try? await Task.sleep(for: .seconds(600))
            throw UnreadReferences(names: ["P"], "the request was cancelled")
        }
    }

    @Test func `a build can be stopped while its parameters are read`() async throws {
        var build = try TestBuild(yaml: "{version: 0.2, env: {parameter-store: {P: /p}}}")
        build.request.secretResolver = Hanging()
        await withThrowingTaskGroup(of: Void.self) { [build] group in
            group.addTask { _ = try await build.run() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    @Test func `a parameter can be exported and is masked in the events`()
        async throws
    {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                env: {parameter-store: {P: /p/long}, exported-variables: [P]}
                """
        )
        build.request.secretResolver = Echo()
        let exported = try await build.run().exportedVariables
        #expect(exported == [ExportedVariable(name: "P", value: "value of /p/long")])
        #expect(!"\(build.sink.events)".contains("value of /p/long"))
    }

    @Test func `PATH ends with the directory of CodeBuild's commands`() async throws {
        var build = try TestBuild(build: ["ls ${PATH##*:}; echo ${PATH%:*}"])
        build.request.helperExecutable = "/bin/true"
        #expect(
            try await build.lines() == [
                "codebuild-breakpoint", "codebuild-hash-files", "codebuild-resume",
                "/usr/local/bin:/usr/bin:/bin",
            ]
        )
    }

    @Test(arguments: Shells.all)
    func `the OLDPWD of a command is an empty directory outside of the sources`(
        shell: String
    )
        async throws
    {
        let build = try TestBuild(build: ["ls -A \"$OLDPWD\"; echo $OLDPWD"], shell: shell)
        let lines = try await build.lines()
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("/tmp/buildspec-") == true)
    }

    @Test func `variables that only the CodeBuild service knows are not set`() async throws {
        let names = [
            "CODEBUILD_BATCH_BUILD_IDENTIFIER", "CODEBUILD_KMS_KEY_ID", "CODEBUILD_LOG_PATH",
            "CODEBUILD_PUBLIC_BUILD_URL", "CODEBUILD_BUILD_URL", "CODEBUILD_WEBHOOK_TRIGGER",
            "CODEBUILD_WEBHOOK_EVENT", "CODEBUILD_WEBHOOK_HEAD_REF", "CODEBUILD_WEBHOOK_BASE_REF",
            "CODEBUILD_RUNNER_OWNER", "CODEBUILD_PROJECT_UUID", "CODEBUILD_AGENT_ENDPOINT",
            "CODEBUILD_BMR_URL", "CODEBUILD_AUTH_TOKEN", "CODEBUILD_GOPATH",
            "CODEBUILD_EXECUTION_ROLE_BUILD", "CODEBUILD_FE_REPORT_ENDPOINT", "CODEBUILD_VPC_AZ",
            "CODEBUILD_CURRENT_SHARD_FILES", "AWS_EXECUTION_ENV", "CODEBUILD_BUILD_IMAGE",
            "CODEBUILD_CONTAINER_NAME", "CODEBUILD_GPU_BUILD",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        ]
        let command = names.map { "echo \($0)=${\($0)-unset}" }.joined(separator: "; ")
        let build = try TestBuild(build: [command])
        #expect(try await build.lines() == names.map { "\($0)=unset" })
    }

    @Test func `a secret overrides a plain value, and a value given at the start overrides both`()
        async throws
    {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                env:
                  variables: {A: plain, B: plain, C: plain}
                  parameter-store: {A: /p/a, D: /p/d}
                  secrets-manager: {B: s:b, D: s:d}
                phases:
                  build:
                    commands:
                      - printf '%s\\n' "$A" "$B" "$C" "$D"
                      - test "$A/$B/$D" = "value of /p/a/value of s:b/given"
                """
        )
        build.request.secretResolver = Echo()
        build.request.overrides = [BuildRequest.Override(name: "D", value: "given")]
        _ = try await build.run()
        // A value from a store is masked, and so is one that is given instead of it.
        #expect(build.sink.output == "***\n***\nplain\n***\n")
        #expect(build.sink.statuses == [0, 0])
    }

    @Test func `plain values of variables are not masked`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                env: {variables: {PASSWORD: shown-all-the-same}}
                phases: {build: {commands: [echo $PASSWORD]}}
                """
        )
        #expect(try await build.lines() == ["shown-all-the-same"])
    }

    @Test func `the shell is sh unless the buildspec file names another one`() async throws {
        let command = "test /proc/$$/exe -ef \"$(command -v $NAME)\" && echo same"
        for shell in [nil, "bash", "dash"] {
            var build = try TestBuild(build: [command], shell: shell)
            build.request.overrides = [BuildRequest.Override(name: "NAME", value: shell ?? "sh")]
            #expect(try await build.lines() == ["same"], "\(shell ?? "none")")
        }
    }

    /// Observed in both shells: for dash it is the end of the script, for bash an error.
    @Test func `'return' ends a command in dash and fails it in bash`() async throws {
        for (shell, status) in [("dash", Int32(0)), ("bash", 2)] {
            let build = try TestBuild(build: ["A=1; return 0"], shell: shell)
            _ = try await build.run()
            #expect(build.sink.statuses == [status], "\(shell)")
        }
    }

    @Test func `the default timeout of a build is one hour`() throws {
        #expect(try TestBuild().request.timeout == .seconds(3_600))
    }
}
