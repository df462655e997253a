import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Errors before a build, each with its exit status, and without a command that runs.
@Suite(.timed, .timeLimit(.minutes(2)))
struct RunErrorTests {
    private func run(
        _ arguments: [String] = [],
        files: [String: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        let directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(text, to: name) }
        return try await BuildspecProcess.run(["run"] + arguments, in: directory)
    }

    @Test func `a run without a buildspec is an error that names the missing file`() async throws {
        let outcome = try await run()
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(
            outcome.error
                == "buildspec.yml:1:1: error: there is no buildspec; create one, or name one "
                + "with '--buildspec'\n"
        )
    }

    @Test func `a buildspec that ends in '.yaml' is named in the error`() async throws {
        let outcome = try await run(files: ["buildspec.yaml": "version: 0.2"])
        #expect(outcome.status == 2)
        #expect(
            outcome.error == "buildspec.yml:1:1: error: there is only a 'buildspec.yaml', which "
                + "CodeBuild does not use; rename the file, or name it with '--buildspec "
                + "buildspec.yaml'\n"
        )
    }

    @Test func `a retry pattern that is not a regular expression is an error before any command`()
        async throws
    {
        let text = """
            version: 0.2
            phases:
              build:
                on-failure: RETRY-1-[
                commands: ['touch never']

            """
        let outcome = try await run(["--cache", "none"], files: ["buildspec.yml": text])
        #expect(outcome.status == 2, "\(outcome)")
        #expect(
            outcome.error.hasPrefix(
                "buildspec.yml:4:17: error: '[' is not a regular expression: missing terminating ] for "
                    + "character class, at its character 2"
            )
        )
    }

    @Test func `a directory instead of a buildspec is an error`() async throws {
        let outcome = try await run(["--buildspec", "d"], files: ["d/x": ""])
        #expect(outcome.status == 2)
        #expect(outcome.error == "d:1:1: error: cannot be read: Is a directory\n")
    }

    @Test(arguments: [
        "version: 0.3\nphases: {}\n", "phases: [\n", "", "\t\n",
        "version: 0.2\nphases:\n  build: 3\n",
    ])
    func `a file that is not a buildspec is an error with its position`(text: String) async throws {
        let outcome = try await run(files: ["buildspec.yml": text])
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.error.firstMatch(of: #/(?m)^buildspec\.yml:\d+:\d+: error: /#) != nil)
    }

    @Test func `a missing secret is an error with its position, and no command runs`() async throws
    {
        let text = """
            version: 0.2
            env:
              secrets-manager:
                TOKEN: shop:token
            phases: { build: { commands: ['echo never'] } }
            """
        let outcome = try await run(files: ["buildspec.yml": text])
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(
            outcome.error.hasPrefix(
                "buildspec.yml:4:12: error: cannot read 'TOKEN' from 'shop:token': no AWS region is "
            )
        )
        #expect(outcome.error.contains("\n    4 |     TOKEN: shop:token\n"))
    }

    // CodeBuild user guide, build-spec-ref: run-as. 65534 is the number of `nobody`.
    @Test(.enabled(if: getuid() == 0), arguments: [[], ["--sandbox"]])
    func `only root can run commands as another user`(options: [String]) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            run-as: daemon
            phases: { build: { run-as: nobody, commands: ['echo never'] } }
            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none"] + options,
            in: directory,
            user: 65_534
        )
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(
            outcome.error.hasPrefix(
                "buildspec.yml:2:9: error: run-as: cannot run as 'daemon'; the build runs as "
                    + "'nobody', and only root can run commands as another user: start it as root or "
                    + "as 'daemon', or remove the key\n"
            )
        )
    }

    @Test(.enabled(if: getuid() == 0))
    func `a repository of another user causes a warning with its remedy`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: ['git init -q']}}\n",
            to: "buildspec.yml"
        )
        let run = ["run", "--cache", "none"]
        #expect(try await BuildspecProcess.run(run, in: directory).status == 0)
        for file in ["", ".git"] { _ = unsafe chown(directory.file(file).string, 65_534, 65_534) }
        let error = try await BuildspecProcess.run(run, in: directory).error
        #expect(
            error.contains(
                "; trust it with 'git config --global --add safe.directory \(directory.path)', or "
                    + "build as its owner"
            ),
            "\(error)"
        )
    }

    @Test(arguments: [
        (["--timeout", "5"], "Error: --timeout: '5' has no unit; write '5s', '5m' or '5h'"),
        (
            ["--timeout", "soon"],
            "Error: --timeout: 'soon' is not a duration; write one like '90s', '45m' or '1h30m'"
        ),
        (
            ["--buildspec", ""],
            "Error: --buildspec: the name is empty; name a file, or omit the option for buildspec.yml"
        ),
        (["--env", "A"], "Error: --env: 'A' is not an assignment; write NAME=VALUE"),
        (
            ["--phase", "prebuild"],
            "Error: --phase: there is no phase 'prebuild'; the phases are install, pre_build, build, post_build"
        ),
        (["--source", "none"], "Error: --source: 'none' is not a directory"),
        (
            ["--env-file", "bad.env"],
            "Error: --env-file: bad.env:2: 'oops' is not an assignment; write NAME=VALUE"
        ),
        (
            ["--env-file", "no.env"],
            "Error: --env-file: cannot read 'no.env': No such file or directory"
        ),
        (["--project", ""], "Error: --project: the name is empty"),
        (["--artifacts", ""], "Error: --artifacts: the name is empty; name a file or directory"),
        (["--artifacts="], "Error: --artifacts: the name is empty; name a file or directory"),
        (["--source", ""], "Error: --source: the name is empty; name a file or directory"),
        (["--events", ""], "Error: --events: the name is empty; name a file or directory"),
        (
            ["--sandbox", "--sandbox-read", ""],
            "Error: --sandbox-read: the name is empty; name a file or directory"
        ),
        (
            ["--sandbox", "--sandbox-write="],
            "Error: --sandbox-write: the name is empty; name a file or directory"
        ),
        (["--no-such"], "Error: Unknown option '--no-such'"),
    ])
    func `an invalid command line ends with status 64`(
        arguments: [String],
        message: String
    ) async throws {
        let outcome = try await run(
            arguments,
            files: ["buildspec.yml": "version: 0.2\nphases: {}\n", "bad.env": "A=1\noops\n"]
        )
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        #expect(outcome.error.split(separator: "\n").first.map(String.init) == message)
    }
}
