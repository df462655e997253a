import BuildspecModel
import BuildspecRunner
import Foundation
import Subprocess
import SystemPackage
import TestSupport

/// Builds in a sandbox.
enum Sandboxes {
    /// Whether bubblewrap works on this machine.
    ///
    /// It is also true if bubblewrap is not installed, so that the tests fail.
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
    /// Creates a build in a sandbox.
    ///
    /// - Parameters:
    ///   - cached: The cache paths.
    ///   - network: The network of the sandbox.
    ///   - home: The home directory on the host.
    ///   - phases: The commands of each phase.
    /// - Returns: The build.
    /// - Throws: An error if its directories cannot be created.
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
