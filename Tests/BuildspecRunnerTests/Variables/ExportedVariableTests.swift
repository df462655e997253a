import BuildspecModel
import TestSupport
import Testing

@testable import BuildspecRunner

/// Exported variables, keys without an effect, and runtime versions.
@Suite(.timed, .timeLimit(.minutes(2)))
struct ExportedVariableTests {
    /// CodeBuild guide, build-spec-ref: env/exported-variables.
    @Test(arguments: Shells.all)
    func `a variable is exported with its value after the last phase`(shell: String) async throws {
        var env = EnvSection(
            exportedVariables: ["A", "B", "LINES", "A", "EMPTY"].map { Located(text: $0) }
        )
        env.shell = Located(text: shell)
        let buildspec = Buildspec(
            version: .v02,
            env: env,
            phases: [
                .install: Phase(commands: located(["A=first B=\"it's\"", "LINES='1\n2'; EMPTY="])),
                .postBuild: Phase(commands: located(["export A=last"])),
            ]
        )
        let build = try TestBuild(buildspec)
        let result = try await build.run()
        #expect(
            result.exportedVariables == [
                ExportedVariable(name: "A", value: "last"),
                ExportedVariable(name: "B", value: "it's"),
                ExportedVariable(name: "LINES", value: "1\n2"),
                ExportedVariable(name: "EMPTY", value: ""),
            ]
        )
        #expect(build.sink.warnings == [])
    }

    @Test func `an unset variable or a name that begins with AWS_ is a warning and not exported`()
        async throws
    {
        let env = EnvSection(
            exportedVariables: ["NEVER", "AWS_TOKEN", "GONE", "HERE"].map { Located(text: $0) }
        )
        let commands = ["AWS_TOKEN=x GONE=x HERE=x", "unset GONE", "exit 3"]
        let buildspec = Buildspec(
            version: .v02,
            env: env,
            phases: [.install: Phase(commands: located(commands))]
        )
        let build = try TestBuild(buildspec)
        let result = try await build.run()
        #expect(result.state == .failed)
        #expect(result.exportedVariables == [ExportedVariable(name: "HERE", value: "x")])
        #expect(
            build.sink.warnings == [
                "'AWS_TOKEN' is not exported; names that begin with 'AWS_' are reserved",
                "'NEVER' is not exported: it has no value after the last phase",
                "'GONE' is not exported: it has no value after the last phase",
            ]
        )
    }

    @Test func `a value that is not UTF-8 is a warning and not exported`() async throws {
        var env = EnvSection(exportedVariables: ["BYTES"].map { Located(text: $0) })
        env.shell = Located(text: "dash")
        let buildspec = Buildspec(
            version: .v02,
            env: env,
            phases: [.build: Phase(commands: located([#"BYTES=$(printf 'a\377b')"#]))]
        )
        let build = try TestBuild(buildspec)
        #expect(try await build.run().exportedVariables == [])
        #expect(build.sink.warnings == ["'BYTES' is not exported: its value is not UTF-8"])
    }

    @Test func `keys that have no effect on this machine are one warning`() async throws {
        let buildspec = Buildspec(
            version: .v02,
            env: EnvSection(gitCredentialHelper: true),
            proxy: ProxySection()
        )
        let build = try TestBuild(buildspec)
        #expect(try await build.run().state == .succeeded)
        #expect(
            build.sink.warnings == [
                "'git-credential-helper' and 'proxy' have no effect on this machine"
            ]
        )
    }

    @Test(arguments: [
        ("3.11.2", "3.11", true), ("3.11.2", "3.12", false), ("3.11.2", "3", true),
        ("3.11.2", "3.1", false), ("18.19.0", "18.x", true), ("20.1.0", "18.x", false),
        ("17.0.9", "corretto17", true), ("1.8.0_392", "corretto8", true),
        ("17.0.9", "openjdk11", false), ("3.11.2", "latest", true),
    ])
    func `a runtime's version is compared in the parts that are wanted`(
        found: String,
        wanted: String,
        same: Bool
    ) {
        #expect(InstalledRuntime.matches(found, wanted: wanted) == same)
    }

    @Test func `a runtime that is absent or has another version is a warning`()
        async throws
    {
        let tools = try TemporaryDirectory()
        let buildspec = Buildspec(
            version: .v02,
            phases: [
                .install: Phase(
                    runtimeVersions: [
                        RuntimeVersion(name: "python", version: Located(text: "$WANTED")),
                        RuntimeVersion(name: "nodejs", version: Located(text: "18.x")),
                        RuntimeVersion(name: "ruby", version: Located(text: "3.2")),
                        RuntimeVersion(name: "java", version: Located(text: "corretto17")),
                    ]
                )
            ]
        )
        var build = try TestBuild(buildspec)
        try tools.write("#!/bin/sh\necho Python 3.11.2\n", to: "python3")
        try tools.write("#!/bin/sh\necho v18.19.0\n", to: "node")
        try tools.write("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n", to: "java")
        let chmod = try TestBuild(build: ["chmod +x \(tools.path)/*"])
        _ = try await chmod.run()
        build.request.hostEnvironment["PATH"] = "\(tools.path)"
        build.request.overrides = [.init(name: "WANTED", value: "3.12")]
        _ = try await build.run()
        #expect(
            build.sink.warnings.dropFirst() == [
                "runtime-versions: 'python' is wanted in version 3.12, but '\(tools.path)/python3' is "
                    + "version 3.11.2; install the wanted one or put it first on the PATH",
                "runtime-versions: 'ruby' is wanted in version 3.2, but there is no 'ruby' on the "
                    + "PATH; install it",
                "runtime-versions: 'java' is wanted in version corretto17, but '\(tools.path)/java' "
                    + "is version 11.0.2; install the wanted one or put it first on the PATH",
            ]
        )
    }
}
