import BuildspecFiles
import BuildspecModel
import BuildspecRunner
import Foundation
import SystemPackage
import TestSupport
import Testing

/// CodeBuild user guide, "Build specification reference": artifacts; messages as in published logs.
@Suite(.timed, .timeLimit(.minutes(1)))
struct ArtifactTests {
    private static let tree = [
        "a.txt", "b.log", ".hidden", "src/main.c", "src/deep/x.h", "out-1/r.bin", "out-2/s.bin",
        "out-2/a.txt",
    ]

    /// Collects artifacts from the tree.
    ///
    /// - Returns: The collected names, the message if collecting failed, and the warnings.
    private func collect(
        _ set: ArtifactSet,
        secondary: [ArtifactsSection.Secondary] = [],
        commands: [String] = []
    ) async throws -> (names: [String], failure: String?, warnings: [String]) {
        var build = try TestBuild(collecting: set, secondary: secondary, commands: commands)
        for name in ArtifactTests.tree { try build.scratch.write("content of \(name)", to: name) }
        let target = build.scratch.path.appending("target/artifacts")
        build.request.artifactsDirectory = target
        let result = try await build.run()
        #expect((result.artifacts.failure == nil) == (result.state == .succeeded))
        let names = FileManager.default.enumerator(atPath: target.string)?
            .compactMap { $0 as? String }
            .filter { name in
                var isDirectory: ObjCBool = false
                let path = target.appending(name).string
                _ = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                return !isDirectory.boolValue
            }
        return ((names ?? []).sorted(), result.artifacts.failure, build.sink.warnings)
    }

    @Test(arguments: [
        (["**/*"], tree), (["a.txt"], ["a.txt"]), (["*"], [".hidden", "a.txt", "b.log"]),
        (["src/*"], ["src/main.c"]), (["src/**/*"], ["src/deep/x.h", "src/main.c"]),
        (["*/a.txt"], ["out-2/a.txt"]), (["**/*.{h,c}"], ["src/deep/x.h", "src/main.c"]),
        (["a.txt", "a.*"], ["a.txt"]), (["./a.txt"], ["a.txt"]),
        (["$CODEBUILD_SRC_DIR/src/main.c"], ["src/main.c"]), (["$NAME.txt"], ["a.txt"]),
    ])
    func `artifact patterns select files`(files: [String], expected: [String]) async throws {
        let set = ArtifactSet(files: located(files))
        let outcome = try await collect(set, commands: ["NAME=a"])
        #expect(outcome.failure == nil)
        #expect(outcome.names == expected.sorted())
        #expect(outcome.warnings == [])
    }

    @Test func `a base directory with a pattern merges the contents of all its matches`()
        async throws
    {
        let set = ArtifactSet(files: located(["**/*"]), baseDirectory: Located(text: "out-*"))
        #expect(try await collect(set).names == ["a.txt", "r.bin", "s.bin"])
    }

    @Test func `artifacts leave out the excluded paths`() async throws {
        let excludes = located(["**/.*", "src/deep/**/*", "*.log"])
        let set = ArtifactSet(
            files: located(["**/*"]),
            baseDirectory: Located(text: "."),
            excludePaths: excludes
        )
        #expect(
            try await collect(set).names == [
                "a.txt", "out-1/r.bin", "out-2/a.txt", "out-2/s.bin", "src/main.c",
            ]
        )
    }

    @Test func `discard-paths keeps base names`() async throws {
        let set = ArtifactSet(files: located(["b.log", "out-2/*"]), discardPaths: true)
        #expect(try await collect(set).names == ["a.txt", "b.log", "s.bin"])
    }

    @Test func `discard-paths fails if two files have one name, and names both`() async throws {
        let set = ArtifactSet(files: located(["a.txt", "out-2/*"]), discardPaths: true)
        let outcome = try await collect(set)
        #expect(outcome.names == [])
        let failure = try #require(outcome.failure)
        #expect(
            failure.contains("/a.txt' and '") && failure.contains("/out-2/a.txt' are both 'a.txt'")
        )
    }

    @Test func `artifact patterns that match nothing fail the build`() async throws {
        let outcome = try await collect(ArtifactSet(files: located(["no/such", "*.nope"])))
        #expect(outcome.failure == "no matching artifact paths found")
    }

    @Test func `a missing base directory fails the build`() async throws {
        let set = ArtifactSet(files: located(["**/*"]), baseDirectory: Located(text: "cdk.out"))
        #expect(
            try await collect(set).failure == "no matching base directory path found for cdk.out"
        )
    }

    @Test func `a missing artifact file is a warning if other files exist`() async throws {
        let outcome = try await collect(ArtifactSet(files: located(["x.json", "a.txt", "*.nope"])))
        #expect(outcome.names == ["a.txt"])
        #expect(outcome.warnings == ["Skipping invalid file path x.json"])
    }

    @Test func `a directory's name alone collects none of its files`() async throws {
        let outcome = try await collect(ArtifactSet(files: located(["src"])))
        #expect(outcome.failure == "no matching artifact paths found")
    }

    @Test(arguments: [
        ("src", nil, "'src' names no file but the directory '"),
        ("no-such", nil, "Skipping invalid file path no-such"),
        ("[ab]/y", nil, "'[ab]' is there, but '[' and '{' begin a choice; write '\\[ab\\]/y'"),
        ("{p,q}/y", nil, "'{p,q}' is there, but '[' and '{' begin a choice; write '\\{p\\,q\\}/y'"),
        ("y", "[ab]", "'[ab]' is there, but '[' and '{' begin a choice; write '\\[ab\\]'"),
        ("y", "{p,q}", "'{p,q}' is there, but '[' and '{' begin a choice; write '\\{p\\,q\\}'"),
        ("y", "$SPACE", "artifact path '$SPACE': the blank after 'src' is part of the name"),
    ])
    func `an artifact without a file has the warnings that may say why`(
        file: String,
        base: String?,
        warning: String
    ) async throws {
        let set = ArtifactSet(
            files: located([file]),
            baseDirectory: base.map { Located(text: $0) }
        )
        let outcome = try await collect(
            set,
            commands: ["mkdir '[ab]' a '{p,q}'; touch '[ab]/y' '{p,q}/y' a/x; SPACE='src '"]
        )
        #expect(outcome.failure != nil)
        #expect(outcome.warnings.contains { $0.hasPrefix(warning) }, "\(outcome.warnings)")
    }

    @Test func `a value that looks like a mistake in a path of artifacts causes one warning`()
        async throws
    {
        let set = ArtifactSet(
            files: located(["$QUOTED/x", "*.txt"]),
            baseDirectory: Located(text: "{.,$BASE}"),
            excludePaths: located(["$BARE", "$NOT", "$TILDE", "!x"])
        )
        let outcome = try await collect(
            set,
            commands: [
                "QUOTED='\"src\"'; BASE=out-2; BARE=node_modules; NOT='!src/**/*'; TILDE='~/x'"
            ]
        )
        #expect(outcome.failure == nil)
        #expect(
            outcome.warnings.filter { $0.hasPrefix("artifact path") } == [
                "artifact path '$BARE': 'node_modules' leaves out no file in a directory of that name; "
                    + "write 'node_modules/**/*'",
                "artifact path '$NOT': '!src/**/*' excludes nothing, because it is a name that begins "
                    + "with '!'; write 'src/**/*', or leave it out to keep the file",
                "artifact path '$TILDE': '~' is not replaced in a path; write '$HOME/x'",
                "artifact path '$QUOTED/x': the quotes are part of the name \"src\"/x; write 'src/x'",
            ]
        )
    }

    @Test func `artifact paths through a link to the source root are those of the source root`()
        async throws
    {
        let outside = try TemporaryDirectory()
        let link = outside.file("link").string
        let set = ArtifactSet(
            files: located(["\(link)/src/**/*", "\(link)/out-*/*"]),
            excludePaths: located(["\(link)/src/deep/**/*", "\(link)/out-2/*"])
        )
        let outcome = try await collect(set, commands: ["ln -s \"$PWD\" \(link)"])
        #expect(outcome.names == ["out-1/r.bin", "src/main.c"])
        let base = Located(text: "\(link)/out-1")
        let based = ArtifactSet(files: located(["\(link)/out-1/*"]), baseDirectory: base)
        let other = try await collect(based, commands: ["ln -sfn \"$PWD\" \(link)"])
        #expect(other.names == ["r.bin"])
    }

    @Test func `a secondary artifact goes into the directory of its identifier`() async throws {
        let secondary = [
            ArtifactsSection.Secondary(
                identifier: "bins",
                set: ArtifactSet(files: located(["**/*.bin"]), discardPaths: true)
            )
        ]
        let outcome = try await collect(
            ArtifactSet(files: located(["a.txt"])),
            secondary: secondary
        )
        #expect(outcome.names == ["a.txt", "bins/r.bin", "bins/s.bin"])
    }

    @Test func `artifacts follow links, but not a link to a directory above`() async throws {
        let set = ArtifactSet(files: located(["links/**/*"]))
        let outcome = try await collect(
            set,
            commands: [
                "mkdir links; cd links; ln -s ../a.txt f; ln -s ../src d; ln -s .. up; ln -s no n"
            ]
        )
        #expect(outcome.names == ["links/d/deep/x.h", "links/d/main.c", "links/f"])
    }

    @Test func `enable-symlinks keeps inner links to files as links`() async throws {
        var build = try TestBuild(
            collecting: ArtifactSet(files: located(["*"]), enableSymlinks: true),
            commands: ["echo x > f; ln -s f in; ln -s /bin/sh out"]
        )
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().state == .succeeded)
        #expect(try target.handle.linkTarget("in".utf8) == Array("f".utf8))
        #expect(try target.handle.status("out".utf8)?.kind == .regular)
    }

    @Test func `a build never writes through a link in the artifact directory`() async throws {
        let outside = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        try target.handle.makeLink("src".utf8, to: Array(outside.path.string.utf8))
        var build = try TestBuild(
            Buildspec(
                version: .v02,
                artifacts: ArtifactsSection(primary: ArtifactSet(files: located(["**/*"])))
            )
        )
        try build.scratch.write("x", to: "src/main.c")
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().state == .failed)
        #expect(try outside.handle.names().isEmpty)
    }

    @Test(arguments: ["../beside", "", ".", "..", "a/b", "/a"])
    func `an identifier that cannot name a directory fails the secondary artifact`(
        identifier: String
    )
        async throws
    {
        let set = ArtifactSet(files: located(["a.txt"]))
        let outcome = try await collect(
            set,
            secondary: [ArtifactsSection.Secondary(identifier: identifier, set: set)]
        )
        #expect(
            outcome.failure
                == "'\(identifier)' cannot name a directory; an identifier has only letters, digits "
                + "and '_'"
        )
        #expect(outcome.names == ["a.txt"])
    }

    @Test(arguments: ["..", "src/../.."])
    func `a base directory can be the directory above the source root`(base: String) async throws {
        let set = ArtifactSet(
            files: located(["$NAME/a.txt"]),
            baseDirectory: Located(text: base)
        )
        let outcome = try await collect(set, commands: ["NAME=${PWD##*/}"])
        #expect(outcome.failure == nil)
        #expect(outcome.names.count == 1)
        #expect(outcome.names.first?.hasSuffix("/a.txt") == true)
    }

    @Test func `files outside of the source root are collected by their base names`() async throws {
        let outcome = try await collect(
            ArtifactSet(files: located(["/etc/hostname", "../*/a.txt"]))
        )
        #expect(outcome.names == ["a.txt", "hostname"])
    }

    @Test func `artifacts are collected after a failed build`() async throws {
        var build = try TestBuild(
            collecting: ArtifactSet(files: located(["f"])),
            commands: ["echo x > f", "false"]
        )
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        #expect(try await build.run().state == .failed)
        #expect(try target.read("f") == "x\n")
    }

    @Test func `a build without an artifact directory collects nothing`() async throws {
        let build = try TestBuild(
            Buildspec(
                version: .v02,
                artifacts: ArtifactsSection(primary: ArtifactSet(files: located(["no/such"])))
            )
        )
        let result = try await build.run()
        #expect(result.state == .succeeded)
        #expect(result.artifacts == .notAsked)
    }

    @Test func `the shell evaluates an artifact's name at the end of the build`() async throws {
        var build = try TestBuild(
            collecting: ArtifactSet(
                files: located(["f"]),
                name: Located(text: "shop-$V-$(echo z)")
            ),
            commands: ["V=1.2; echo x > f"]
        )
        build.request.artifactsDirectory = try TemporaryDirectory().path
        guard case .collected(let reports, _) = try await build.run().artifacts else {
            Issue.record("not collected")
            return
        }
        #expect(reports.map(\.name) == ["shop-1.2-z"])
    }
}
