import BuildspecModel
import BuildspecRunner
import Foundation
import Subprocess
import SystemPackage
import TestSupport

/// Builds in a sandbox.
enum Sandboxes {
    /// Whether this machine lets bubblewrap work; where it is not installed at all, the tests run and
    /// fail.
    static func areAllowed() async -> Bool {
        let result = try? await Subprocess.run(
            .name("bwrap"),
            arguments: ["--ro-bind", "/", "/", "true"],
            input: .none,
            output: .discarded,
            error: .discarded
        )
        return result.map(\.terminationStatus.isSuccess) ?? true
    }
}

extension TestBuild {
    /// A build in a sandbox whose home is a directory of the test; `cached` are the cache's paths.
    static func sandboxed(
        cached: [String] = [],
        network: SandboxOptions.Network = .host,
        home: TemporaryDirectory,
        _ phases: [PhaseName: [String]]
    ) throws -> TestBuild {
        var buildspec = Buildspec(
            version: .v02,
            phases: phases.mapValues { Phase(commands: located($0)) }
        )
        if !cached.isEmpty { buildspec.cache = CacheSection(paths: located(cached)) }
        var build = try TestBuild(buildspec)
        var options = SandboxOptions()
        options.network = network
        build.request.execution = .sandbox(options)
        build.request.hostEnvironment["HOME"] = home.path.string
        build.request.project = "p"
        return build
    }
}
