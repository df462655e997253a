import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecFiles
@testable import BuildspecRunner

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The shell state of a build on a full disk, and of a killed build.
@Suite(.timed, .timeLimit(.minutes(2)))
struct `Damaged shell state` {
    /// A limit on file sizes acts like a full disk: the shell reports an error and continues.
    @Test(arguments: Shells.all)
    func `a command whose state cannot be saved fails, and the state is not used`(
        shell: String
    ) async throws {
        let buildspec = Buildspec(
            version: .v02,
            env: EnvSection(),
            phases: [
                .build: Phase(
                    commands: located(["KEPT=1; cd /usr", "LOST=2; trap '' XFSZ; ulimit -f 0"]),
                    finally: located(["echo \"$KEPT-$LOST\"; pwd"])
                )
            ]
        )
        var build = try TestBuild(buildspec)
        build.buildspec.env.shell = Located(text: shell)
        let result = try await build.run()
        #expect(build.sink.statuses == [0, 126, 0])
        #expect(result.state == .failed)
        #expect(build.sink.output.hasSuffix("1-\n/usr\n"), "\(build.sink.output)")
        let warning = try #require(build.sink.warnings.first)
        #expect(build.sink.warnings.count == 1)
        #expect(warning.hasPrefix("cannot save the state of commands in '/"))
        #expect(
            warning.hasSuffix(
                ": No space left on device; free some space there, or set TMPDIR to a directory with"
                    + " free space"
            )
        )
    }

    /// The directories must be removed, because the saved environment contains secrets.
    @Test func `a build removes the directories of killed builds and nothing else`()
        async throws
    {
        let parent = try TemporaryDirectory()
        let preparation = try TestBuild(build: [
            "cd \(parent.path); mkdir -m 700 buildspec-killed buildspec-living buildspec-recent",
            "mkdir -m 700 buildspec-others buildspec-longer-name; touch buildspec-others/env.sh",
            "mkdir -m 700 buildspec-shared buildspec-backup; touch buildspec-backup/data",
            "touch buildspec-shared/buildspec-store",
            "ln -s buildspec-killed buildspec-linked; touch buildspec-recent/.buildspec-lock",
            "cd \(parent.path); touch -d '100 seconds ago' buildspec-killed/.buildspec-lock"
                + " buildspec-living/.buildspec-lock buildspec-longer-name/.buildspec-lock"
                + " buildspec-shared/.buildspec-lock buildspec-shared/lock buildspec-backup/lock",
        ])
        #expect(try await preparation.run().state == .succeeded)
        let living = AbandonedDirectories.lock(parent.path.appending("buildspec-living"))
        #expect(living != nil)
        var build = try TestBuild(build: ["true"])
        build.request.hostEnvironment["TMPDIR"] = parent.path.string
        #expect(try await build.run().state == .succeeded)
        let names = try DirectoryHandle.open(PathBytes(parent.path.string)).names()
        #expect(
            names.map { String(decoding: $0, as: UTF8.self) } == [
                "buildspec-backup", "buildspec-linked", "buildspec-living",
                "buildspec-longer-name", "buildspec-others", "buildspec-recent", "buildspec-shared",
            ]
        )
        withExtendedLifetime(living) {}
    }

    // In a container, root owns the directory, and a link could lead the runner to another file.
    @Test(arguments: ["env.sh", "next-\(geteuid())"])
    func `a link instead of a saved state is not followed`(name: String) async throws {
        let outside = try TemporaryDirectory()
        try outside.write("export STOLEN=1\n", to: "env.sh")
        let link = name == "env.sh" ? "\(outside.path)/env.sh" : "\(outside.path)"
        let build = try TestBuild(build: [
            "d=${0%/*}; rm -rf $d/\(name); ln -s \(link) $d/\(name); exit 3"
        ])
        #expect(try await build.run().state == .failed)
        let expected = "is not a regular file of the command's user"
        #expect(build.sink.warnings.contains { $0.contains(expected) })
        #expect(try outside.read("env.sh") == "export STOLEN=1\n")
    }
}
