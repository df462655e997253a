import BuildspecModel
import BuildspecRunner
import SystemPackage
import TestSupport

/// A build in a new directory.
struct TestBuild {
    let scratch: TemporaryDirectory
    let state: TemporaryDirectory
    var buildspec: Buildspec
    var request: BuildRequest
    let sink: RecordingSink

    /// Creates a build with commands in two phases.
    init(
        install: [String] = [],
        build: [String] = [],
        shell: String? = nil,
        version: Buildspec.Version = .v02,
        sink: RecordingSink = RecordingSink()
    ) throws {
        var env = EnvSection()
        env.shell = shell.map { Located(text: $0) }
        let buildspec = Buildspec(
            version: version,
            env: env,
            phases: [
                .install: Phase(commands: located(install)),
                .build: Phase(commands: located(build)),
            ]
        )
        try self.init(buildspec, sink: sink)
    }

    /// Creates a build of a buildspec.
    init(_ buildspec: Buildspec, sink: RecordingSink = RecordingSink()) throws {
        scratch = try TemporaryDirectory()
        state = try TemporaryDirectory()
        self.buildspec = buildspec
        self.sink = sink
        request = BuildRequest(
            buildspec,
            sourceDirectory: scratch.path,
            hostEnvironment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root", "USER": "tess",
            ],
            stateDirectory: state.path
        )
        request.gracePeriod = .seconds(5)
    }

    func run() async throws -> BuildResult {
        var request = request
        request.buildspec = buildspec
        return try await BuildRunner(request).run(into: sink)
    }

    /// Runs the build.
    ///
    /// - Returns: The lines of the output.
    func lines() async throws -> [String] {
        _ = try await run()
        return sink.output.split(separator: "\n").map(String.init)
    }
}

/// The shells of CodeBuild, which every machine that runs these tests must have.
enum Shells {
    static let all = ["dash", "bash"]
}
