import BuildspecFiles
import Subprocess
import TestSupport
import Testing

/// `buildspec run` with the built command.
@Suite(.timed, .timeLimit(.minutes(2)))
struct RunTests {
    @Test func `a build prints its commands, its output and a table`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: """
                version: 0.2
                phases:
                  install:
                    commands: ['echo one', 'printf two']
                  build:
                    commands:
                      - |
                        for i in 1 2
                        do echo $i; done
                    finally: ['echo end >&2']
                """
        )
        #expect(outcome.status == 0)
        #expect(outcome.error == "")
        #expect(
            outcome.output.withoutTimes == """
                p, build 1

                INSTALL
                $ echo one
                one
                $ printf two
                two

                BUILD
                $ for i in 1 2
                > do echo $i; done
                1
                2
                $ echo end >&2
                end

                INSTALL           SUCCEEDED  T
                PRE_BUILD         SUCCEEDED  T
                BUILD             SUCCEEDED  T
                POST_BUILD        SUCCEEDED  T

                build SUCCEEDED in T

                """
        )
    }

    @Test func `a failed build reports the command, its position and the reason`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: """
                version: 0.2
                phases:
                  pre_build:
                    commands:
                      - echo before
                      - exit 3
                  build:
                    commands: ['echo never']
                """
        )
        #expect(outcome.status == 1)
        #expect(outcome.error == "buildspec.yml:6:9: error: exit status 3\n")
        #expect(
            outcome.output.withoutTimes.hasSuffix(
                """
                INSTALL           SUCCEEDED  T
                PRE_BUILD         FAILED  T
                BUILD             SKIPPED
                POST_BUILD        SKIPPED

                build FAILED in T: exit status 3 from 'exit 3' in PRE_BUILD (buildspec.yml:6:9)

                """
            )
        )
    }

    @Test func `a retry is reported`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: """
                version: 0.2
                phases:
                  build:
                    on-failure: RETRY-2
                    commands:
                      - test -e mark || { touch mark; exit 4; }
                """
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.output.contains("\nBUILD failed and starts again: retry 1 of 2\n$ test")
        )
        #expect(outcome.error == "buildspec.yml:6:9: error: exit status 4\n")
    }

    @Test func `a git repository without git on the PATH causes a warning`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: ".git/HEAD")
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['echo ${CODEBUILD_RESOLVED_SOURCE_VERSION-unset}'] } }
            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--env", "PATH=/usr/bin:/bin"],
            in: directory,
            environment: ["PATH": "/nonexistent"]
        )
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nunset\n"))
        #expect(
            outcome.error
                == "warning: CODEBUILD_RESOLVED_SOURCE_VERSION is not set: git is not on the PATH\n"
        )
    }

    @Test func `commands are printed as written, without the values of variables`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: """
                version: 0.2
                env: { variables: { PASS: hidden } }
                phases: { build: { commands: ['test -n "$PASS"'] } }
                """
        )
        #expect(outcome.output.contains("\n$ test -n \"$PASS\"\n"))
        #expect(!outcome.output.contains("hidden"))
    }

    @Test func `variables come from the command line, then from files, then from the buildspec`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            env: { variables: { A: buildspec, B: buildspec, C: buildspec } }
            phases: { build: { commands: ['echo $A $B $C'] } }
            """,
            to: "buildspec.yml"
        )
        try directory.write("# file\nB=file\nC=file\n", to: "vars.env")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--env", "C=line", "--env-file", "vars.env"],
            in: directory
        )
        #expect(outcome.output.contains("\nbuildspec file line\n"))
    }

    @Test func `a build of selected phases runs only these and does not save its cache`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases:
              install: { commands: ['echo i'] }
              build: { commands: ['echo b; touch kept'] }
            cache: { paths: [kept] }
            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(["run", "--phase", "build"], in: directory)
        #expect(outcome.status == 0)
        #expect(!outcome.output.contains("echo i"))
        #expect(outcome.output.contains("INSTALL           SKIPPED\n"))
        #expect(outcome.output.contains("cache             not saved: not all phases ran\n"))
    }

    @Test func `a second build restores the cache of the first, and a failed build saves none`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let text = """
            version: 0.2
            phases:
              build:
                commands: ['ls deps/x || true', 'mkdir -p deps; echo hello > deps/x', 'exit $FAIL']
            cache: { key: 'k-$(codebuild-hash-files buildspec.yml)', paths: ['deps/**/*'] }
            """
        try directory.write(text, to: "buildspec.yml")
        func run(failing: Int) async throws -> BuildspecProcess.Outcome {
            try? directory.handle.removeTree("deps".utf8)
            return try await BuildspecProcess.run(
                ["run", "--cache", "store", "--env", "FAIL=\(failing)"],
                in: directory
            )
        }
        let failed = try await run(failing: 1)
        #expect(failed.status == 1)
        #expect(failed.output.contains("not saved: the build failed\n"))
        let first = try await run(failing: 0)
        #expect(!first.output.contains("\ndeps/x\n"))
        #expect(first.output.contains("cache             saved 1 file: "))
        let second = try await run(failing: 0)
        #expect(second.output.contains("\ndeps/x\n"))
        #expect(second.output.contains("cache: restored 1 file, 6 B, key 'k-"))
        #expect(second.output.contains("cache             not saved: the key is already stored\n"))
    }

    /// Makes a project whose build prints `ran` and caches a file.
    private func cachingProject() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['echo ran; touch kept'] } }
            cache: { paths: [kept] }
            """,
            to: "buildspec.yml"
        )
        return directory
    }

    @Test func `an unusable cache causes one warning, or status 3 with '--strict-cache'`()
        async throws
    {
        let directory = try cachingProject()
        try directory.write("", to: "file")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "file/store"],
            in: directory
        )
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nran\n"))
        #expect(outcome.error.contains("warning: cache not restored: "))
        #expect(outcome.error.split(separator: "warning: ").count == 1, "\(outcome)")
        let strict = try await BuildspecProcess.run(
            ["run", "--cache", "file/store", "--strict-cache"],
            in: directory
        )
        #expect(strict.status == 3)
        #expect(strict.output.contains("build FAILED in "))
    }

    @Test func `a failing remote cache causes a warning, and stops a '--strict-cache' build`()
        async throws
    {
        let directory = try cachingProject()
        // Nothing listens on this port.
        let arguments = [
            "run", "--cache", "near", "--remote", "s3://bucket/p?region=eu-west-1",
            "--endpoint-url", "http://127.0.0.1:1",
        ]
        let keys: [Environment.Key: String] = [
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
        ]
        let outcome = try await BuildspecProcess.run(arguments, in: directory, environment: keys)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nran\n"))
        #expect(outcome.error.contains("; going on with '"), "\(outcome)")
        // The local store has the entry now, but '--strict-cache' needs the bucket.
        let strict = try await BuildspecProcess.run(
            arguments + ["--strict-cache"],
            in: directory,
            environment: keys
        )
        #expect(strict.status == 3)
        #expect(!strict.output.contains("\nran\n"))
    }

    @Test
    func `a key that cannot be evaluated causes a warning, and stops a '--strict-cache' build`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['echo ran; touch kept'] } }
            cache: { key: 'k-$(exit 5)', paths: [kept] }
            artifacts: { files: [kept] }
            """,
            to: "buildspec.yml"
        )
        let reason =
            "the cache key 'k-$(exit 5)' cannot be evaluated: '$(exit 5)' ended with status 5"
        let arguments = ["run", "--cache", "store", "--artifacts", "out"]
        let strict = try await BuildspecProcess.run(arguments + ["--strict-cache"], in: directory)
        #expect(strict.status == 3)
        #expect(!strict.output.contains("ran"))
        #expect(strict.output.contains("build FAILED in "))
        #expect(strict.output.hasSuffix(": cache: \(reason)\n"))
        #expect(try directory.read("out/kept") == nil)
        let outcome = try await BuildspecProcess.run(arguments, in: directory)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nran\n"))
        #expect(outcome.error == "warning: cache not used: \(reason)\n")
    }

    @Test func `artifacts are collected in the directory that '--artifacts' names`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['mkdir -p o/d; echo hi > o/d/f'] } }
            artifacts: { files: ['**/*'], base-directory: o }
            """,
            to: "src/buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--source", "src", "--cache", "none", "--artifacts", "out"],
            in: directory
        )
        #expect(try directory.read("out/d/f") == "hi\n")
        #expect(outcome.output.contains("UPLOAD_ARTIFACTS  SUCCEEDED"))
        #expect(outcome.output.contains("artifacts         1 file, 3 B in \(directory.path)/out\n"))
    }

    @Test func `a build without its artifacts fails with CodeBuild's message`() async throws {
        let outcome = try await BuildspecProcess.run(
            buildspec: """
                version: 0.2
                phases: { build: { commands: ['true'] } }
                artifacts:
                  files:
                    - dist/*
                """,
            "--artifacts",
            "out"
        )
        #expect(outcome.status == 1)
        #expect(outcome.error == "buildspec.yml:5:7: error: no matching artifact paths found\n")
        #expect(outcome.output.contains("UPLOAD_ARTIFACTS  FAILED"))
        #expect(outcome.output.hasSuffix(": no matching artifact paths found\n"))
    }
}

extension String {
    /// The text with every time replaced by `T`.
    var withoutTimes: String {
        replacing(#/ *[0-9]+\.[0-9] s/#) { match in
            match.output.hasPrefix("  ") ? "  T" : " T"
        }
    }
}
