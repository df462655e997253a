import BuildspecCache
import BuildspecFiles
import BuildspecModel
import BuildspecRunner
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Artifact directories: collecting never changes the sources.
@Suite(.timed, .timeLimit(.minutes(2)))
struct ArtifactTargetTests {
    private func build(
        _ files: [String],
        base: String? = nil,
        commands: [String] = ["echo ran > ran"],
        secondary: [ArtifactsSection.Secondary] = []
    ) throws -> TestBuild {
        var set = ArtifactSet(files: located(files))
        set.baseDirectory = base.map { Located(text: $0) }
        let build = try TestBuild(collecting: set, secondary: secondary, commands: commands)
        for name in ["a.txt", "src/main.c", "src/a.txt", "dist/app.js"] {
            try build.scratch.write("the source \(name)", to: name)
        }
        try build.scratch.handle.makeLink("link".utf8, to: Array("src".utf8))
        try build.scratch.handle.makeHardLink(
            "b.txt".utf8,
            to: "a.txt".utf8,
            in: build.scratch.handle
        )
        return build
    }

    /// Checks for an error before the first command, with unchanged sources.
    private func expectRefused(_ build: TestBuild, _ reason: String) async throws {
        let before = try TreeSnapshot(build.scratch.path)
        let error = await #expect(throws: SetupError.self) { try await build.run() }
        let message = error?.problems.first?.message ?? ""
        #expect(message.contains(reason), "\(message)")
        #expect(try TreeSnapshot(build.scratch.path) == before)
    }

    @Test(arguments: ["", "./", "src/..", "none/..", "src/../../%", "src/deep/../.."])
    func `every spelling of the source root is refused as the artifact directory`(
        spelling: String
    ) async throws {
        var build = try build(["**/*"])
        let name = build.scratch.path.lastComponent?.string ?? ""
        let text = build.scratch.path.string + "/" + spelling.replacing("%", with: name)
        build.request.artifactsDirectory = FilePath(text)
        try await expectRefused(build, "it is the source root")
    }

    @Test func `a link to the source root is refused as the artifact directory`() async throws {
        var build = try build(["**/*"])
        let other = try TemporaryDirectory()
        try other.handle.makeLink("l".utf8, to: Array(build.scratch.path.string.utf8))
        build.request.artifactsDirectory = other.file("l")
        try await expectRefused(build, "it is the source root")
    }

    @Test func `a secondary artifact whose directory is the source root is refused`() async throws {
        var build = try build(["a.txt"])
        let name = build.scratch.path.lastComponent?.string ?? ""
        build.buildspec.artifacts?.secondary = [
            ArtifactsSection.Secondary(
                identifier: name,
                set: ArtifactSet(files: located(["a.txt"]))
            )
        ]
        build.request.artifactsDirectory = build.scratch.path.removingLastComponent()
        try await expectRefused(build, "it is the source root")
    }

    @Test(
        arguments: [
            (["**/*"], "dist", "dist", "it is the 'base-directory'"),
            (["**/*"], "dist/in", "dist", "it contains the 'base-directory'"),
            (["**/*"], "made", "made", "it is the 'base-directory'"),
            (["src/**/*"], nil, "src", "takes files from it"),
            (["src/main.c"], nil, "link", "takes files from it"),
            (["**/*"], nil, "src", "'files' matches"),
            (["**/*.c"], nil, "link", "'files' matches"),
            (["*"], nil, ".git/x", "which is git's own"),
            (["*"], nil, "a.txt", "is not a directory"),
            (["*"], nil, "a.txt/x", "is not a directory"),
        ] as [([String], String?, String, String)]
    )
    func `an artifact directory that has the artifacts' files, or is a file, is refused`(
        files: [String],
        base: String?,
        target: String,
        reason: String
    ) async throws {
        var build = try build(files, base: base)
        build.request.artifactsDirectory = build.scratch.file(target)
        try await expectRefused(build, reason)
    }

    @Test func `a second build replaces the artifacts of the first`() async throws {
        var build = try build(["**/*"])
        build.request.artifactsDirectory = build.scratch.file("out")
        #expect(try await build.run().artifacts.failure == nil)
        #expect(try await build.run().artifacts.failure == nil)
        #expect(try build.scratch.read("out/src/main.c") == "the source src/main.c")
        #expect(try build.scratch.read("out/out/src/main.c") == nil)
    }

    @Test func `artifacts in a directory above the sources do not replace sources`() async throws {
        var build = try build(["**/*"], base: "%/..")
        let name = build.scratch.path.lastComponent?.string ?? ""
        build.buildspec.artifacts?.primary = ArtifactSet(files: located(["\(name)/*"]))
        build.buildspec.phases[.build] = Phase(
            commands: located(["mkdir \(name); echo made > \(name)/a.txt"])
        )
        build.request.artifactsDirectory = build.scratch.path.removingLastComponent()
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("it lies in the sources") == true, "\(failure ?? "")")
        #expect(try build.scratch.read("a.txt") == "the source a.txt")
    }

    @Test func `an artifact never replaces a file that git tracks at the top of a repository`()
        async throws
    {
        var build = try TestBuild(
            collecting: ArtifactSet(files: located(["a"])),
            commands: ["cd $TARGET; test -d .git || { git init -q; echo old > a; git add a; }"]
        )
        try build.scratch.write("new", to: "a")
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        build.request.overrides = [.init(name: "TARGET", value: target.path.string)]
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("which git tracks") == true, "\(failure ?? "")")
        #expect(try target.read("a") == "old\n")
    }

    @Test func `an artifact never replaces a source file that git tracks`() async throws {
        var build = try build(
            ["a.txt"],
            commands: ["git init -q . && git add src/a.txt && echo new > a.txt"]
        )
        build.request.artifactsDirectory = build.scratch.file("src")
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("which git tracks") == true, "\(failure ?? "")")
        #expect(try build.scratch.read("src/a.txt") == "the source src/a.txt")
    }

    @Test func `artifacts leave out the store, the state directory and buildspec's log`()
        async throws
    {
        var build = try build(["**/*"])
        try build.scratch.write("x", to: "store/v1/packs/x")
        try build.scratch.write("x", to: "state/x")
        try build.scratch.write("x", to: "log.ndjson")
        build.request.cache = BuildCache(directory: build.scratch.file("store"))
        build.request.stateDirectory = build.scratch.file("state")
        build.request.ownFiles = [build.scratch.file("log.ndjson")]
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().artifacts.failure == nil)
        let names = try target.handle.names().map { String(decoding: $0, as: UTF8.self) }
        #expect(names == ["a.txt", "b.txt", "dist", "link", "ran", "src"])
        let warnings = build.sink.warnings.filter { $0.contains("is left out: it is") }
        #expect(warnings.count == 3, "\(build.sink.warnings)")
    }

    @Test func `a secondary artifact does not replace a file of the primary artifact`() async throws
    {
        let other = ArtifactsSection.Secondary(
            identifier: "src",
            set: ArtifactSet(files: located(["dist/app.js", "main.c"]))
        )
        var build = try build(
            ["src/*"],
            commands: ["echo other > main.c"],
            secondary: [other]
        )
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("the primary artifact has that file") == true)
        #expect(try target.read("src/main.c") == "the source src/main.c")
        #expect(try target.read("src/dist/app.js") == nil)
    }

    @Test func `a link instead of a secondary artifact's directory is not followed`() async throws {
        let other = ArtifactsSection.Secondary(
            identifier: "more",
            set: ArtifactSet(files: located(["a.txt"]))
        )
        let outside = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        var build = try build(
            ["a.txt"],
            commands: ["ln -s \(outside.path) \(target.path)/more"],
            secondary: [other]
        )
        build.request.artifactsDirectory = target.path
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("is a link") == true, "\(failure ?? "")")
        #expect(try outside.handle.names().isEmpty)
        #expect(try target.read("a.txt") != nil)
    }

    @Test(arguments: [true, false])
    func `a dangling link is kept as a link, or left out with a warning`(isKept: Bool) async throws
    {
        var build = try build(["*"], commands: ["ln -s later.txt soon"])
        build.buildspec.artifacts?.primary.enableSymlinks = isKept
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().artifacts.failure == nil)
        let isThere = try target.handle.status("soon".utf8)?.kind == .link
        #expect(isThere == isKept)
        #expect(build.sink.warnings.contains { $0.contains("leads nowhere") } != isKept)
    }
}
