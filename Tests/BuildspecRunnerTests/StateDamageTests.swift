import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecFiles
@testable import BuildspecRunner

/// What becomes of a build's state when the disk is full, and when a build is killed.
@Suite(.timeLimit(.minutes(2)))
struct StateDamageTests {
    /// A limit of the size of files does what a full disk does: the shell complains and goes on.
    @Test(arguments: Shells.all)
    func `a state that cannot be saved fails its command and is not taken`(
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
        #expect(warning.hasPrefix("the state of commands cannot be kept in '/"))
        #expect(
            warning.hasSuffix(
                ": No space left on device; make room there, or set TMPDIR to a directory that has some"
            )
        )
    }

    /// The saved environment has secrets in it.
    @Test func `directories of killed builds are removed by the next, and nothing else is`()
        async throws
    {
        let parent = try TemporaryDirectory()
        let preparation = try TestBuild(build: [
            "cd \(parent.path); mkdir -m 700 buildspec-killed buildspec-living buildspec-recent",
            "mkdir -m 700 buildspec-others buildspec-longer-name; touch buildspec-others/env.sh",
            "ln -s buildspec-killed buildspec-linked; touch buildspec-recent/lock",
            "touch -d '100 seconds ago' buildspec-killed/lock buildspec-living/lock",
            "touch -d '100 seconds ago' buildspec-longer-name/lock",
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
                "buildspec-linked", "buildspec-living", "buildspec-longer-name", "buildspec-others",
                "buildspec-recent",
            ]
        )
        withExtendedLifetime(living) {}
    }
}
