import BuildspecModel
import BuildspecRunner
import SystemPackage
import TestSupport
import Testing

/// CodeBuild user guide, "Build specification reference": env, and "Environment variables in build
/// environments".
@Suite(.timed) struct EnvironmentTests {
    private func declared(_ variables: [String: String]) -> [EnvVariable] {
        variables.sorted { $0.key < $1.key }
            .map { EnvVariable(name: $0.key, value: Located(text: $0.value)) }
    }

    @Test func `a later layer of the environment overrides an earlier one`() {
        var environment = BuildEnvironment(host: ["A": "host", "B": "host", "C": "host"])
        environment.add(declared: declared(["B": "buildspec", "C": "buildspec"]))
        environment.add(overrides: [BuildRequest.Override(name: "C", value: "start")])
        #expect(environment.variables["A"] == "host")
        #expect(environment.variables["B"] == "buildspec")
        #expect(environment.variables["C"] == "start")
    }

    @Test func `values of a buildspec file's variables are literal`() async throws {
        var buildspec = Buildspec(
            version: .v02,
            env: EnvSection(variables: declared(["A": "$HOME '\"`date`\" \\", "B": "one\ntwo"])),
            phases: [.build: Phase(commands: located(["printf '%s\\n' \"$A\" \"$B\""]))]
        )
        buildspec.env.shell = Located(text: "dash")
        let lines = try await TestBuild(buildspec).lines()
        #expect(lines == ["$HOME '\"`date`\" \\", "one", "two"])
    }

    @Test func `a PATH in the buildspec file replaces the host's`() async throws {
        let buildspec = Buildspec(
            version: .v02,
            env: EnvSection(variables: declared(["PATH": "$PATH:/opt/x"])),
            phases: [.build: Phase(commands: located(["ls", "echo never"]))]
        )
        let build = try TestBuild(buildspec)
        _ = try await build.run()
        #expect(build.sink.statuses == [127])
    }

    @Test
    func `a variable with a reserved name is ignored with a warning, except for two settings`() {
        var environment = BuildEnvironment(host: [:])
        environment.add(
            declared: declared([
                "CODEBUILD_BUILD_ID": "mine", "CODEBUILD_CONFIG_AUTO_DISCOVER": "false",
                "not-a-name": "x",
            ])
        )
        #expect(environment.variables["CODEBUILD_BUILD_ID"] == nil)
        #expect(environment.variables["CODEBUILD_CONFIG_AUTO_DISCOVER"] == "false")
        #expect(environment.warnings.count == 2)
        #expect(environment.warnings.contains { $0.hasPrefix("'CODEBUILD_BUILD_ID'") })
        #expect(environment.warnings.contains { $0.hasPrefix("'not-a-name'") })
    }

    @Test func `host variables that a shell cannot have, or of an outer build, are left out`() {
        let environment = BuildEnvironment(host: [
            "BASH_FUNC_x%%": "() { :; }", "a.b": "1", "PWD": "/x", "SHLVL": "3", "UID": "5",
            "CODEBUILD_BUILD_NUMBER": "7", "OK": "yes",
        ])
        #expect(environment.variables == ["OK": "yes", "CI": "true"])
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1"], "eu-west-1", "eu-west-1"),
        (["AWS_DEFAULT_REGION": "eu-west-2"], "eu-west-2", "eu-west-2"),
        (["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"], "a", "b"),
        ([:], nil, nil),
    ])
    func `the region variables have the host's region, or are unset`(
        host: [String: String],
        region: String?,
        standard: String?
    ) {
        let variables = BuildEnvironment(host: host).variables
        #expect(variables["AWS_REGION"] == region)
        #expect(variables["AWS_DEFAULT_REGION"] == standard)
    }

    @Test(.timeLimit(.minutes(1)))
    func `CodeBuild's variables describe the build`() async throws {
        let names = [
            "CODEBUILD_SRC_DIR", "CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_ARN",
            "CODEBUILD_BUILD_NUMBER",
            "CODEBUILD_START_TIME", "CODEBUILD_INITIATOR", "CODEBUILD_CI", "CI",
            "CODEBUILD_BUILD_SUCCEEDING", "CODEBUILD_LOCAL_BUILD", "CODEBUILD_LAST_EXIT",
            "CODEBUILD_RESOLVED_SOURCE_VERSION",
        ]
        var build = try TestBuild(build: [":"] + names.map { "echo \"${\($0)-unset}\"" })
        build.request.project = "shop"
        let lines = try await build.lines()
        try #require(lines.count == names.count)
        #expect(lines[0] == build.scratch.path.string)
        let uuid = try #require(
            lines[1].wholeMatch(
                of: #/shop:([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})/#
            )?.1
        )
        #expect(lines[2] == "arn:aws:codebuild:us-east-1:000000000000:build/shop:\(uuid)")
        #expect(lines[3] == "1")
        #expect(lines[4].count == 13)
        #expect(Array(lines[5...]) == ["tess", "true", "true", "1", "true", "0", "unset"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a variable given at the start overrides CodeBuild's`() async throws {
        var build = try TestBuild(build: ["echo $CODEBUILD_WEBHOOK_TRIGGER $CODEBUILD_INITIATOR"])
        build.request.overrides = [
            BuildRequest.Override(name: "CODEBUILD_WEBHOOK_TRIGGER", value: "pr/1"),
            BuildRequest.Override(name: "CODEBUILD_INITIATOR", value: "codepipeline/x"),
        ]
        #expect(try await build.lines() == ["pr/1 codepipeline/x"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `the builds of each project are counted separately`() async throws {
        var build = try TestBuild(build: ["echo $CODEBUILD_BUILD_NUMBER"])
        build.request.project = "a/b c"
        _ = try await build.lines()
        _ = try await build.lines()
        build.request.project = "other"
        #expect(try await build.lines() == ["1", "2", "1"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `concurrent builds of a project get different numbers`() async throws {
        let sink = RecordingSink()
        var build = try TestBuild(build: ["echo $CODEBUILD_BUILD_NUMBER"], sink: sink)
        build.request.project = "busy"
        let request = build.request
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask { _ = try await BuildRunner(request).run(into: sink) }
            }
            try await group.waitForAll()
        }
        let numbers = sink.output.split(separator: "\n").compactMap { Int($0) }
        #expect(numbers.sorted() == Array(1...8))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a state directory that cannot be written is a warning`() async throws {
        var build = try TestBuild(build: ["echo $CODEBUILD_BUILD_NUMBER"])
        build.request.stateDirectory = "/dev/null/state"
        #expect(try await build.lines() == ["1"])
        #expect(build.sink.warnings.first?.contains("'/dev/null/state'") == true)
    }

    @Test func `the project's name is the repository's, or else the directory's`() {
        let directory = FilePath("/home/tess/tree")
        func name(_ url: String?) -> String {
            SourceVersion(repositoryURL: url).projectName(for: directory)
        }
        #expect(name("https://example.com/acme/shop.git") == "shop")
        #expect(name("git@example.com:acme/shop.git") == "shop")
        #expect(name("git@example.com:shop") == "shop")
        #expect(name("/srv/git/shop/") == "shop")
        #expect(name(nil) == "tree")
    }

    @Test(arguments: [
        ("https://user:secret@example.com/a/b.git", "https://example.com/a/b.git"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("ssh://git@example.com/a", "ssh://git@example.com/a"),
        ("git@example.com:a/b", "git@example.com:a/b"),
    ])
    func `credentials are removed from a repository's URL`(url: String, clean: String) {
        #expect(SourceVersion.withoutCredentials(url) == clean)
    }
}
