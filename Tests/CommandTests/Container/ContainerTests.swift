import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `buildspec run --image` with real containers.
@Suite(
    .timed,
    .serialized,
    .timeLimit(.minutes(5)),
    .enabled(if: Podman.isAllowed, "rootful podman needs root")
)
struct ContainerTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Runs a buildspec in a container, and expects that no container is left.
    func run(
        _ buildspec: String,
        _ arguments: String...,
        image: String = Podman.tools,
        environment: [Environment.Key: String] = [:],
        while body: @escaping @Sendable (ProcessIdentifier) async throws -> Void = { _ in }
    ) async throws -> BuildspecProcess.Outcome {
        let podman = try await Podman.ready()
        try directory.write(buildspec, to: "buildspec.yml")
        var variables = podman.environment
        variables["HOME"] = nil
        let left = Mutex("")
        let outcome = try await BuildspecProcess.run(
            ["run", "--project", "p", "--image", image] + arguments
                + (arguments.contains("--cache") ? [] : ["--cache", "none"])
                + (arguments.contains("--network") ? [] : ["--network", "none"]),
            in: directory,
            environment: variables.merging(environment) { $1 }
        ) { process in
            left.withLock { $0 = "buildspec-\(process.value)-" }
            try await body(process)
        }
        let name = left.withLock { $0 }
        #expect(try await podman.containers().filter { $0.hasPrefix(name) } == [])
        return outcome
    }

    /// Returns a buildspec with commands in BUILD.
    func building(_ commands: String..., top: String = "") -> String {
        let list = commands.map { "      - |\n        " + $0.replacing("\n", with: "\n        ") }
        return """
            version: 0.2
            \(top)
            phases:
              build:
                commands:
            \(list.joined(separator: "\n"))
            """
    }

    /// Returns the output lines that begin with `> `, without it.
    func lines(_ outcome: BuildspecProcess.Outcome) -> [String] {
        outcome.output.split(separator: "\n").filter { $0.hasPrefix("> ") }
            .map { String($0.dropFirst(2)) }
    }

    @Test(arguments: [Podman.tools, Podman.busybox])
    func `commands in a container share their state and run as in CodeBuild`(
        image: String
    ) async throws {
        let outcome = try await run(
            building(
                "echo \"> $(pwd) $(id -u) $HOME $A $CODEBUILD_SRC_DIR\"",
                "B='x  y'; cd /tmp; export C=1; unset HOME",
                "echo \"> $B $C $(pwd) [${HOME-none}] $CODEBUILD_BUILD_IMAGE\"",
                "cat buildspec.yml 2>/dev/null || echo '> elsewhere'",
                "echo written > $CODEBUILD_SRC_DIR/made",
                "kill -INT $$; echo '> never'",
                top: "env: {variables: {A: a}}"
            ),
            image: image
        )
        #expect(outcome.status == 1)
        #expect(
            lines(outcome) == [
                "/codebuild/output/src/src 0 /root a /codebuild/output/src/src",
                "x  y 1 /tmp [none] \(image)", "elsewhere",
            ]
        )
        #expect(outcome.error == "buildspec.yml:16:9: error: exit status 130\n")
        #expect(try directory.read("made") == "written\n")
    }

    @Test func `on-failure and finally work in a container`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            phases:
              pre_build:
                on-failure: CONTINUE
                commands: ["echo '> one'; exit 7", "echo '> never'"]
                finally: ["echo '> finally'"]
              build:
                commands: ["echo \\"> $CODEBUILD_BUILD_SUCCEEDING $FROM_IMAGE\\""]
            """
        )
        #expect(outcome.status == 1)
        #expect(lines(outcome) == ["one", "finally", "0 yes"])
        #expect(outcome.output.contains("PRE_BUILD         FAILED"))
    }

    @Test func `commands run as a user of the image, with its groups and home`() async throws {
        let outcome = try await run(
            """
            version: 0.2
            run-as: app
            phases:
              install:
                commands:
                  - echo "> $(id -u):$(id -G) $HOME $USER"; A=1; cd /tmp
                  - echo "> $A $(pwd)"; touch ~/mine; echo > /dev/stderr
                  - head -c 1 /codebuild/output/tmp/next-0/env.sh || echo '> refused'
              build:
                run-as: root
                commands: ['echo "> $(id -u) $A $HOME $(pwd) $(stat -c %u /home/app/mine)"']
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            lines(outcome) == [
                "1000:1000 2000 /home/app app", "1 /tmp", "refused", "0 1 /root /tmp 1000",
            ]
        )
    }

    @Test func `values of variables are not in arguments or in the inspection of a container`()
        async throws
    {
        let podman = try await Podman.ready()
        try directory.write("TOKEN=sesame-open\n", to: "secrets.env")
        let outcome = try await run(
            building(
                "touch started; while [ ! -e seen ]; do sleep 0.02; done; echo \"> ${#TOKEN}\""
            ),
            "--env-file",
            "secrets.env"
        ) { [directory] process in
            try await directory.waitForFile("started")
            let name = try #require(
                try await podman.containers().first {
                    $0.hasPrefix("buildspec-\(process.value)-")
                }
            )
            let all = "cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' '"
            let seen = try await podman.run("inspect", name) + shell(all)
            #expect(seen.contains("/codebuild/output/tmp"))
            #expect(!seen.contains("sesame-open"))
            try directory.write("", to: "seen")
        }
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines(outcome) == ["11"])
    }

    @Test func `a cached path of a container is restored and hides no file of the image`()
        async throws
    {
        let buildspec = """
            version: 0.2
            phases:
              build:
                commands:
                  - echo "> $(ls -A ~ | tr '\\n' ' ')"
                  - if [ -d ~/.m2 ]; then echo "> $(cat ~/.m2/.a/b)"; fi
                  - mkdir -p ~/.m2/.a sub; echo kept > ~/.m2/.a/b; ln -sf .a ~/.m2/link; echo s > sub/s
                  - echo "> $(cat sub/s) $(stat -c %a /tmp)"
            cache:
              key: k-$(codebuild-hash-files buildspec.yml '/codebuild/output/src/src/*.yml')
              paths: ['/root/.m2/**/*', '/root/.from-*', '/tmp/none*', '/codebuild/output/src/src/sub', '/*']
            """
        let first = try await run(buildspec, "--cache", "store")
        #expect(first.status == 0, "\(first)")
        #expect(lines(first) == [".from-image ", "s 1777"])
        #expect(
            first.error.contains("warning: '/*' includes the whole source root, so nothing"),
            "\(first)"
        )
        _ = try await shell("rm -r '\(directory.path)/sub'")
        let second = try await run(buildspec, "--cache", "store", "--copy-source")
        #expect(lines(second) == [".from-image .m2 ", "kept", "s 1777"], "\(second)")
        #expect(second.output.contains("cache: restored 3 files, "))
        #expect(second.output.contains(", key 'k-"))
        #expect(try directory.read("sub/s") == nil)
    }

    @Test func `a file outside of the sources is not hashed in a container`() async throws {
        let outcome = try await run(
            building("codebuild-hash-files none; codebuild-hash-files /etc/passwd; echo \"> $?\"")
        )
        #expect(outcome.output.contains("error: codebuild-hash-files: no file matches 'none', so "))
        #expect(
            outcome.output.contains(
                "codebuild-hash-files: '/etc/passwd' is not in the sources, and only their files can be "
                    + "hashed in a container\n"
            )
        )
        #expect(lines(outcome) == ["3"])
    }

    @Test func `a source copy leaves the sources unchanged and gives its artifacts`() async throws {
        try directory.write("old", to: "old")
        let outcome = try await run(
            building("rm old; mkdir out; echo made > out/made; cp buildspec.yml out")
                + "\nartifacts: {base-directory: $CODEBUILD_SRC_DIR/out, files: ['**/*']}",
            "--copy-source",
            "--artifacts",
            "../\(directory.path.lastComponent?.string ?? "")/art"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try directory.read("art/made") == "made\n")
        #expect(try directory.read("art/buildspec.yml") != nil)
        #expect(try directory.read("old") == "old")
        #expect(try directory.read("out/made") == nil)
    }

    @Test func `a container has the network and the privileges of the options`() async throws {
        let buildspec = building(
            "echo \"> $(ls /sys/class/net | tr '\\n' ' ')\"; grep CapEff /proc/self/status"
        )
        let none = try await run(buildspec)
        let host = try await run(buildspec, "--network", "host", "--privileged")
        #expect(lines(none) == ["lo "])
        #expect(lines(host).first?.split(separator: " ").contains { $0 != "lo" } == true)
        func rights(_ outcome: BuildspecProcess.Outcome) -> Substring? {
            outcome.output.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        }
        #expect(rights(none) != nil)
        #expect(rights(none) != rights(host))
    }

    @Test func `a background process in a container is logged and ends with the build`()
        async throws
    {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try await run(
            building(
                "nohup sh -c 'sleep 0.2; echo \"> late\"; sleep 600' 2>/dev/null & echo '> early'",
                "sleep 0.6; echo '> end'"
            )
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines(outcome) == ["early", "late", "end"])
        #expect(clock.now - start < .seconds(30))
    }

    @Test(arguments: [1, 2])
    func `a signal stops a command in a container`(signals: Int) async throws {
        let command = "trap 'touch asked' TERM; touch started; while :; do sleep 0.02; done"
        let outcome = try await run(
            building(signals == 1 ? "touch started; sleep 600" : command)
        ) { [directory] process in
            try await directory.waitForFile("started")
            kill(process.value, SIGINT)
            guard signals == 2 else { return }
            try await directory.waitForFile("asked")
            kill(process.value, SIGINT)
        }
        #expect(outcome.status == 130)
        #expect(outcome.error == "buildspec.yml:6:9: error: stopped\n")
        #expect(ContinuousClock.now - outcome.bodyEnd < .seconds(8))
    }

    @Test func `a killed build leaves no container`() async throws {
        let podman = try await Podman.ready()
        let outcome = try await run(building("touch started; sleep 600")) { [directory] process in
            try await directory.waitForFile("started")
            kill(process.value, SIGKILL)
            while try await podman.containers().contains(where: {
                $0.hasPrefix("buildspec-\(process.value)-")
            }) {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(outcome.status == -SIGKILL)
    }
}

/// Returns the output of a shell command on the host, whatever its status is.
func shell(_ line: String) async throws -> String {
    try await Subprocess.run(
        .path("/bin/sh"),
        arguments: ["-c", line],
        input: .none,
        output: .string(limit: 1 << 24),
        error: .discarded
    ).standardOutput
}
