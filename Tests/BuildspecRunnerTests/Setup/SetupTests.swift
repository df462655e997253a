import BuildspecModel
import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

/// The setup of a build, and errors in it, which CodeBuild reports in DOWNLOAD_SOURCE.
@Suite(.timed, .timeLimit(.minutes(1)))
struct SetupTests {
    private func problems(
        _ buildspec: Buildspec,
        _ overrides: [BuildRequest.Override] = []
    ) async throws -> [String] {
        var build = try TestBuild(buildspec)
        build.request.overrides = overrides
        return try await build.setupProblems()
    }

    @Test func `a shell that is not installed is named in the error`() async throws {
        let env = EnvSection(shell: Located(text: "no-such-shell"))
        #expect(
            try await problems(Buildspec(version: .v02, env: env)) == [
                "cannot run commands with the shell 'no-such-shell': it is not on the build's PATH; "
                    + "install it or change 'env.shell'"
            ]
        )
    }

    @Test func `a source directory that is missing, relative or a file is an error`()
        async throws
    {
        func problems(_ change: (inout BuildRequest) -> Void) async throws -> [String] {
            var build = try TestBuild(build: ["touch \(UInt64.random(in: 0...UInt64.max))"])
            try build.scratch.write("", to: "file")
            change(&build.request)
            let request = build.request
            for isPlan in [true, false] {
                do {
                    if isPlan {
                        _ = try await BuildRunner.plan(request, evaluatingKeys: false)
                    } else {
                        _ = try await BuildRunner(request).run(into: build.sink)
                    }
                    Issue.record("it ran")
                } catch let error as SetupError {
                    #expect(build.sink.events.isEmpty)
                    guard !isPlan else { continue }
                    return error.problems.map(\.message)
                }
            }
            return []
        }
        #expect(
            try await problems { $0.sourceDirectory = "/no/such/place" }
                == ["the source directory '/no/such/place' does not exist"]
        )
        #expect(
            try await problems { $0.sourceDirectory.append("file") }.first?
                .hasSuffix("/file' is not a directory") == true
        )
        for path in [".", "some/where", ""] {
            #expect(
                try await problems { $0.sourceDirectory = FilePath(path) }
                    == ["the source directory '\(path)' is not an absolute path"]
            )
        }
        #expect(
            try await problems { $0.artifactsDirectory = "out" }
                == ["the artifacts directory 'out' is not an absolute path"]
        )
    }

    @Test func `a batch without commands does not start`() async throws {
        let build = try TestBuild(
            yaml: "version: 0.2\nbatch:\n  build-fanout: {parallelism: 3}\nphases: {}\n"
        )
        do {
            _ = try await build.run()
            Issue.record("it ran")
        } catch let error as SetupError {
            #expect(build.sink.events.isEmpty)
            #expect(error.problems.first?.range?.start.line == 2)
            #expect(error.problems.first?.message.contains("a batch of 3 builds") == true)
        }
    }

    @Test(arguments: [
        ("yum -y install x", "'yum' on this machine: the file expects an Amazon Linux image"),
        (
            "cd . && start-dockerd",
            "'start-dockerd' on this machine: the file expects an image with"
        ),
        (
            "sh -c \"yum -y update\"",
            "'yum' on this machine: the file expects an Amazon Linux image"
        ),
        ("yum x || exit 1", "'yum' on this machine"),
        ("/usr/no/yum x; exit 3", "'yum' on this machine"),
        ("if ! yum x; then exit 3; fi", "'yum' on this machine"),
        ("yum x | tail -1; exit 1", "'yum' on this machine"),
        ("sh -c 'exit 3'; sudo amazon-linux-extras install x", "'amazon-linux-extras' on this"),
    ])
    func `a missing program of CodeBuild's images gets a hint`(
        command: String,
        hint: String
    ) async throws {
        let tools = try TemporaryDirectory()
        try tools.write("#!/bin/sh\necho \"sudo: $1: command not found\" >&2; exit 1\n", to: "sudo")
        var build = try TestBuild(build: ["chmod 755 \(tools.path)/sudo", command])
        build.request.hostEnvironment["PATH"] = "\(tools.path):/bin"
        #expect(try await build.run().state == .failed)
        let hints = build.sink.warnings.filter { $0.hasPrefix("there is no ") }
        #expect(hints.count == 1)
        #expect(hints.first?.contains(hint) == true, "\(hints)")
        #expect(hints.first?.contains("'--image'") == true)
    }

    @Test func `a failure after the background start of a missing program gets a hint`()
        async throws
    {
        let build = try TestBuild(build: ["nohup start-dockerd &", "exit 3"])
        _ = try await build.run()
        #expect(build.sink.warnings.contains { $0.hasPrefix("there is no 'start-dockerd'") })
    }

    @Test(arguments: ["no-such-program", "exit 127", "echo yum; exit 3", "true || yum x; exit 127"])
    func `a failure without a missing program gets no hint`(command: String) async throws {
        var build = try TestBuild(build: [command])
        // This machine has the program, so it is not the missing one.
        let tools = try TemporaryDirectory()
        try tools.write("#!/bin/sh\n", to: "yum")
        _ = try await TestBuild(build: ["chmod 755 \(tools.path)/yum"]).run()
        build.request.hostEnvironment["PATH"] = "\(tools.path):/bin"
        _ = try await build.run()
        #expect(!build.sink.warnings.contains { $0.hasPrefix("there is no ") })
    }

    @Test func `a parameter or secret without a value is an error`() async throws {
        var env = EnvSection()
        env.parameterStore = [EnvVariable(name: "P", value: Located(text: "/app/p"))]
        env.secretsManager = [EnvVariable(name: "S", value: Located(text: "db:password"))]
        let buildspec = Buildspec(version: .v02, env: env)
        #expect(
            try await problems(buildspec) == [
                "'P' needs the parameter '/app/p', which cannot be read on this machine; give its "
                    + "value with '--env P=VALUE'",
                "'S' needs the secret 'db:password', which cannot be read on this machine; give its "
                    + "value with '--env S=VALUE'",
            ]
        )
        let given = ["P", "S"].map { BuildRequest.Override(name: $0, value: "x") }
        #expect(try await problems(buildspec, given) == [])
    }

    @Test func `runtime versions of a phase are skipped with one warning`() async throws {
        let runtimes = ["python", "nodejs"].map {
            RuntimeVersion(name: $0, version: Located(text: "latest"))
        }
        let phase = Phase(commands: located(["true"]), runtimeVersions: runtimes)
        let build = try TestBuild(Buildspec(version: .v02, phases: [.install: phase]))
        #expect(try await build.run().state == .succeeded)
        #expect(
            build.sink.warnings == [
                "Skipping install of runtimes. Runtime version selection is not supported by this "
                    + "build image"
            ]
        )
    }

    @Test func `the breakpoint commands of CodeBuild do nothing`() async throws {
        let build = try TestBuild(build: ["codebuild-breakpoint", "codebuild-resume"])
        #expect(try await build.run().state == .succeeded)
    }

    @Test func `the rest of a build knows that a command has failed`() async throws {
        let say = "echo $CODEBUILD_BUILD_SUCCEEDING"
        let phases: [PhaseName: Phase] = [
            .install: Phase(commands: located([say])),
            .build: Phase(commands: located([say, "false"]), finally: located([say])),
            .postBuild: Phase(commands: located([say])),
        ]
        for version in Buildspec.Version.allCases {
            let build = try TestBuild(Buildspec(version: version, phases: phases))
            #expect(try await build.lines() == ["1", "1", "0", "0"])
        }
    }

    @Test func `git gives the source version and the repository`() async throws {
        var build = try TestBuild(build: [
            "git init -q -b main . && git config user.name t && git config user.email t@t",
            "touch f && git add f && git commit -q -m m && git rev-parse HEAD",
            "git remote add origin https://user:secret@example.com/acme/shop.git",
        ])
        let commit = try await build.lines().last
        build.buildspec.phases[.build] = Phase(
            commands: located([
                "echo $CODEBUILD_RESOLVED_SOURCE_VERSION $CODEBUILD_SOURCE_VERSION",
                "echo $CODEBUILD_SOURCE_REPO_URL ${CODEBUILD_BUILD_ID%%:*}",
            ])
        )
        let lines = try await build.lines().suffix(2)
        #expect(
            Array(lines) == ["\(commit ?? "none") main", "https://example.com/acme/shop.git shop"]
        )
    }

    @Test func `the source directory can have any path`() async throws {
        let parent = try TemporaryDirectory()
        var build = try TestBuild(build: ["pwd", "cd sub; pwd", "pwd"])
        let root = parent.path.appending("it's a \"dir\" $HOME ü")
        try parent.write("", to: "it's a \"dir\" $HOME ü/sub/f")
        build.request.sourceDirectory = root
        build.request.hostEnvironment["TMPDIR"] = root.string
        #expect(try await build.lines() == ["\(root)", "\(root)/sub", "\(root)/sub"])
    }

    @Test func `a missing temporary directory keeps the build from starting`()
        async throws
    {
        var build = try TestBuild(build: ["echo never"])
        build.request.hostEnvironment["TMPDIR"] = "/no/such/place"
        let error = await #expect(throws: SetupError.self) { try await build.run() }
        #expect(
            error?.problems.map(\.message) == [
                "cannot create a private directory in '/no/such/place': No such file or directory; "
                    + "set TMPDIR to a directory that you can write to and that has room"
            ]
        )
    }

    @Test func `a retry begins with the state that the phase began with`() async throws {
        let phases: [PhaseName: Phase] = [
            .install: Phase(commands: located(["N=0", "mkdir d"])),
            .build: Phase(
                commands: located([
                    "echo $N ${PWD##*/}$(cat d/mark 2> /dev/null)",
                    "N=1; cd d; echo + >> mark; false",
                ]),
                onFailure: .retry(count: 1, pattern: ".*")
            ),
        ]
        let build = try TestBuild(Buildspec(version: .v02, phases: phases))
        let lines = try await build.lines()
        let name = build.scratch.path.lastComponent?.string ?? ""
        #expect(lines == ["0 \(name)", "0 \(name)+"])
    }
}
