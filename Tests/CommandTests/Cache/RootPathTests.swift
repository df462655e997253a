import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Cache paths that contain the source root, and so the user's files, in different spellings.
@Suite(.timed, .timeLimit(.minutes(3)))
struct RootPathTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("mine", to: "top/co/file")
        try directory.write("made", to: "top/co/nm/x")
        try directory.write("other", to: "top/beside/x")
        let top = try directory.handle.directory("top".utf8)
        try top.makeLink("l".utf8, to: Array("co".utf8))
        try directory.handle.makeLink("up".utf8, to: Array("top".utf8))
    }

    private var whole: [String] {
        let top = directory.file("top").string
        return [
            "\(top)/co", "\(top)/co/.", "\(top)/co/", "\(top)/c*", "\(top)/l", "\(top)", "../co",
            "../l",
            "../c*", "..", "../*", "../**/*", "\(top)/**", "x/../..", "{..,../co}",
            "\(top)/l/nm/..",
            "\(directory.path)/up/c*", "\(directory.path)/up/**/*", "../../top/*",
        ]
    }

    @Test func `a '--path' that contains the source root is refused`() async throws {
        for command in ["save", "restore"] {
            for path in whole {
                let outcome = try await BuildspecProcess.run(
                    [
                        "cache", command, "--cache", "st", "--scope", "s", "--root", "top/co",
                        "--path", path,
                    ],
                    in: directory
                )
                #expect(outcome.status == 64, "\(path): \(outcome)")
                #expect(
                    outcome.error.contains("--path: '\(path)' contains the whole root; name files"),
                    "\(path): \(outcome)"
                )
            }
        }
    }

    @Test func `a cache path that contains the source root is left out with a warning`()
        async throws
    {
        let declared = whole + ["$CODEBUILD_SRC_DIR", "$CODEBUILD_SRC_DIR/", "$PWD/.", "$TOP/c*"]
        let paths = declared.map { "'\($0)'" }.joined(separator: ", ")
        try directory.write(
            """
            version: 0.2
            env: { variables: { TOP: '\(directory.file("top"))' } }
            phases: { build: { commands: ['true'] } }
            cache: { key: k, paths: [\(paths), 'nm/**/*'] }
            """,
            to: "top/co/buildspec.yml"
        )
        let run = ["run", "--source", "top/co", "--cache", "st", "--project", "p"]
        let outcome = try await BuildspecProcess.run(run, in: directory)
        #expect(outcome.status == 0 && outcome.output.contains("saved 1 file"), "\(outcome)")
        for path in declared {
            #expect(
                outcome.error.contains("'\(path)' includes the whole source root")
                    || outcome.error.contains(
                        "'\(path)' is left out: it includes the whole source root"
                    ),
                "\(path): \(outcome.error)"
            )
        }
        try directory.write("edited", to: "top/co/file")
        _ = try await BuildspecProcess.run(run, in: directory)
        #expect(try directory.read("top/co/file") == "edited")
    }

    @Test func `a path that leads through the source root is the same as the plain path`()
        async throws
    {
        for path in [
            "nm/**/*", "../co/nm/**/*", "../l/nm/**/*", "\(directory.file("top"))/l/nm/**/*",
        ] {
            let outcome = try await BuildspecProcess.run(
                [
                    "cache", "save", "--cache", "st", "--scope", "s", "--root", "top/co", "--path",
                    path,
                ],
                in: directory
            )
            #expect(outcome.status == 0, "\(path): \(outcome)")
        }
        let list = try await BuildspecProcess.run(
            ["cache", "list", "--cache", "st", "--json"],
            in: directory
        )
        #expect(list.output.ranges(of: "\"record\"").count == 1, "\(list)")
        #expect(list.output.contains("\"./nm\""))
    }
}
