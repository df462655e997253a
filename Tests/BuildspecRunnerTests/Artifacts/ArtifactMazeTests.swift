import BuildspecFiles
import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// Artifacts from directories with links to one another, as package managers make them.
@Suite(.timed, .timeLimit(.minutes(1)))
struct `Artifacts with links` {
    /// A command that makes ten directories, each with links to all: millions of paths.
    private static let maze =
        "mkdir m; cd m; for i in 0 1 2 3 4 5 6 7 8 9; do mkdir $i; touch $i/f; "
        + "for j in 0 1 2 3 4 5 6 7 8 9; do ln -s ../$j $i/to$j; done; done"

    private func build(enableSymlinks: Bool) throws -> TestBuild {
        let set = ArtifactSet(files: located(["m/**/*"]), enableSymlinks: enableSymlinks)
        var build = try TestBuild(collecting: set, commands: [Self.maze])
        build.request.artifactsDirectory = build.scratch.path.appending("out")
        return build
    }

    // CodeBuild user guide, build-spec-ref: artifacts/enable-symlinks.
    @Test func `enable-symlinks keeps inner links to directories as links`() async throws {
        let build = try build(enableSymlinks: true)
        #expect(try await build.run().state == .succeeded)
        let out = try DirectoryHandle.open(PathBytes(build.scratch.file("out/m/3").string))
        // The link to the directory itself counts as one to a directory above.
        #expect(try out.names().count == 10)
        #expect(try out.linkTarget("to4".utf8) == Array("../4".utf8))
    }

    @Test func `a timeout ends a build during the search for artifacts`() async throws {
        var build = try build(enableSymlinks: false)
        build.request.timeout = .seconds(1)
        let start = ContinuousClock.now
        #expect(try await build.run().state == .timedOut)
        #expect(.now - start < .seconds(10))
    }

    @Test func `artifact links that lead to too many files are an error`() async throws {
        let build = try TestBuild(build: [Self.maze])
        #expect(try await build.run().state == .succeeded)
        let root = PathBytes(build.scratch.path.string)
        let pattern = try #require(ArtifactPattern.parse("m/**/*", base: root).first)
        let maze = #expect(throws: ArtifactWalk.LinkLimitExceeded.self) {
            try ArtifactWalk(pattern, excluding: [], limit: 10_000)
        }
        #expect(
            maze?.description
                == "links below '\(root.text)/m' lead to more than 10000 files and directories; keep "
                + "them as links with 'enable-symlinks: yes', or name fewer 'files'"
        )
    }

    @Test(arguments: ["m/**/*", "m/**", "**/m/**/*", "{x,m}/**/*"])
    func `the search for artifacts skips a tree that is excluded as a whole`(
        exclude: String
    ) async throws {
        var build = try build(enableSymlinks: false)
        build.buildspec.artifacts?.primary.files = located(["**/*"])
        build.buildspec.artifacts?.primary.excludePaths = located([exclude])
        try build.scratch.write("a", to: "a")
        let result = try await build.run()
        #expect(result.artifacts.failure == nil)
        #expect(try build.scratch.read("out/a") == "a")
    }

    @Test func `a named file in an excluded tree is left out without a warning`() async throws {
        var build = try TestBuild(build: ["mkdir m; touch m/f a"])
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(
                files: located(["a", "m/f"]),
                excludePaths: located(["m/**/*"])
            )
        )
        build.request.artifactsDirectory = build.scratch.path.appending("out")
        #expect(try await build.run().state == .succeeded)
        #expect(build.sink.warnings == [])
    }
}
