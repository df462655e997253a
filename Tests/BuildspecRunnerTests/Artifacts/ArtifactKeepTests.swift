import BuildspecCache
import BuildspecFiles
import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// Files that artifacts never contain and never replace.
@Suite(.timed, .timeLimit(.minutes(2)))
struct `Artifact bounds` {
    private func build(
        _ files: [String],
        base: String? = nil,
        commands: [String] = ["true"]
    ) throws -> TestBuild {
        var set = ArtifactSet(files: located(files))
        set.baseDirectory = base.map { Located(text: $0) }
        return try TestBuild(collecting: set, commands: commands)
    }

    @Test(
        arguments: [
            (["store/**/*"], nil), (["store/v1/**/*"], nil), (["store/*"], nil),
            (["link/**/*"], nil),
            (["deep/**/*"], nil), (["deep/x"], nil), (["%/store/v1/**/*"], nil),
            (["**/*"], "store"),
            (["**/*"], "deep"), (["**/*"], "link"), (["*"], "%/store/v1/packs"),
        ] as [([String], String?)]
    )
    func `artifacts of a store are refused, wherever the pattern begins`(
        files: [String],
        base: String?
    ) async throws {
        var build = try build([])
        let root = build.scratch.path.string
        let set = ArtifactSet(files: located(files.map { $0.replacing("%", with: root) }))
        build.buildspec.artifacts?.primary = set
        build.buildspec.artifacts?.primary.baseDirectory = base.map {
            Located(text: $0.replacing("%", with: root))
        }
        try build.scratch.write("x", to: "store/v1/packs/x")
        try build.scratch.handle.makeLink("link".utf8, to: Array("store".utf8))
        try build.scratch.handle.makeLink("deep".utf8, to: Array("store/v1/packs".utf8))
        build.request.cache = BuildCache(directory: build.scratch.file("store"))
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        let failure = try await build.run().artifacts.failure
        #expect(failure?.hasSuffix("it is the cache's store") == true, "\(failure ?? "")")
        #expect(try target.handle.names().isEmpty)
    }

    @Test
    func `artifact bounds close a reserved directory in the sources, but not one around them`()
        throws
    {
        let scratch = try TemporaryDirectory()
        try scratch.write("", to: "src/store/x")
        let root = PathBytes(scratch.file("src").string)
        let reserved = [scratch.path, scratch.file("src"), scratch.file("src/store")]
        let bounds = try ArtifactBounds(
            into: root.appending("out".utf8),
            root: root,
            reservedPaths: reserved.map { ($0, "reserved") }
        )
        #expect(bounds.closed.count == 1)
        #expect(bounds.excluded.count == 3)
    }

    @Test(arguments: ["true", "git init -q ."])
    func `an artifact replaces a file in the sources only if an earlier build collected it`(
        git: String
    ) async throws {
        var build = try build(
            ["**/*"],
            base: "made",
            commands: [git, "mkdir -p made; echo 1 > made/a"]
        )
        try build.scratch.write("mine", to: "src/a")
        try build.scratch.write("mine", to: "src/c")
        try build.scratch.handle.makeHardLink(
            "other".utf8,
            to: "src/a".utf8,
            in: build.scratch.handle
        )
        build.request.artifactsDirectory = build.scratch.file("src")
        let before = try TreeSnapshot(build.scratch.file("src"))
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("'a' would be replaced") == true, "\(failure ?? "")")
        #expect(try TreeSnapshot(build.scratch.file("src")) == before)
        build.buildspec.phases[.build] = Phase(
            commands: located(["mv made/a made/b; date > made/b"])
        )
        for _ in 0..<2 {
            #expect(try await build.run().artifacts.failure == nil)
            build.buildspec.phases[.build] = Phase(commands: located(["date +%N > made/b"]))
        }
        // The file has the same name, but is not the collected one, because the directory is new.
        build.buildspec.phases[.build] = Phase(
            commands: located(["mv src old; mkdir src; echo mine > src/b; echo mine > src/c"])
        )
        let again = try await build.run().artifacts.failure
        #expect(again?.contains("'b' would be replaced") == true, "\(again ?? "")")
    }

    @Test func `a build without the earlier state replaces the artifacts of an earlier build`()
        async throws
    {
        for git in ["true", "git init -q .; echo out > .gitignore; touch out/other"] {
            var build = try build(
                ["**/*"],
                base: "made",
                commands: ["mkdir -p made/d out; date +%N | tee made/a made/d/b; \(git)"]
            )
            build.request.artifactsDirectory = build.scratch.file("out")
            for number in 0..<2 {
                build.request.stateDirectory = build.scratch.file("state-\(number)")
                #expect(try await build.run().artifacts.failure == nil)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a whole checkout is collected repeatedly, but never into another repository`(
        isInside: Bool
    ) async throws {
        let git = "test -d .git || { git init -q; echo one > a; git add a; }"
        var build = try build(["**/*"], commands: [git, "date +%N > b"])
        let outside = try TemporaryDirectory()
        build.request.artifactsDirectory =
            isInside ? build.scratch.file("out") : outside.file("out")
        for _ in 0..<3 { #expect(try await build.run().artifacts.failure == nil) }
        try outside.write("ref: refs/heads/main\n", to: "other/.git/HEAD")
        for name in ["a", "c"] { try outside.write("mine\n", to: "other/\(name)") }
        build.request.artifactsDirectory = outside.file("other")
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("would change the repository there") == true, "\(failure ?? "")")
        #expect(try outside.read("other/a") == "mine\n")
    }

    @Test func `an artifact never writes into the '.git' of another repository`() async throws {
        var build = try build(
            ["**/*"],
            base: "made",
            commands: ["mkdir -p made/.git/hooks; echo x > made/.git/hooks/post-commit"]
        )
        let other = try TemporaryDirectory()
        try other.write("ref: refs/heads/main\n", to: ".git/HEAD")
        build.request.artifactsDirectory = other.path
        let failure = try await build.run().artifacts.failure
        #expect(failure?.contains("'.git/hooks/post-commit' would change the repository") == true)
        #expect(try other.handle.names().count == 1)
        #expect(try other.read(".git/hooks/post-commit") == nil)
    }
}
