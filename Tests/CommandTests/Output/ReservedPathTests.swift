import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Outputs, stores and inputs of `run`, which caches and artifacts neither contain nor replace.
@Suite(.timed, .timeLimit(.minutes(3)))
struct ReservedPathTests {
    private func directory(
        _ paths: String,
        artifacts: String = "[f]"
    ) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            env: { exported-variables: [A] }
            phases: { build: { commands: ['A=1', 'mkdir -p out lib', 'echo x > out/f', 'cp out/f lib'] } }
            cache: { key: k, paths: \(paths) }
            artifacts: { base-directory: out, files: \(artifacts) }

            """,
            to: "src/buildspec.yml"
        )
        return directory
    }

    private func run(
        _ directory: TemporaryDirectory,
        _ arguments: [String],
        state: String? = nil
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["run", "--source", "src", "--cache", "st", "--scope", "s"] + arguments,
            in: directory,
            environment: state.map { ["XDG_STATE_HOME": directory.file($0).string] } ?? [:]
        )
    }

    @Test(arguments: ["['out/**/*']", "['**/*']", "[out]"])
    func `a restore does not replace the outputs of the run`(paths: String) async throws {
        let directory = try directory(paths)
        try directory.write("A=old\n", to: "src/out/e.env")
        try directory.write("", to: "src/out/ev.json")
        // An entry of an older version can contain outputs.
        let save = [
            "cache", "save", "--cache", "st", "--scope", "s", "--root", "src", "--key", "k",
        ]
        let path = paths == "[out]" ? "out" : paths == "['**/*']" ? "**/*" : "out/**/*"
        let saved = try await BuildspecProcess.run(save + ["--path", path], in: directory)
        #expect(saved.status == 0, "\(saved)")
        for _ in 0..<2 {
            let outcome = try await run(
                directory,
                ["--exports", "src/out/e.env", "--events", "src/out/ev.json"]
            )
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("restored"), "\(outcome)")
            #expect(try directory.read("src/out/e.env") == "A=1\n")
            #expect(try directory.read("src/out/ev.json")?.contains("\"build-ended\"") == true)
        }
    }

    @Test func `an entry contains no output, state or store of the run`() async throws {
        let directory = try directory("['**/*']")
        try directory.write("", to: "src/out/.keep")
        let outcome = try await run(
            directory,
            [
                "--exports", "src/out/e.env", "--events", "src/out/ev.json", "--cache",
                "src/lib/near", "--remote", "src/lib/far",
            ],
            state: "src/state"
        )
        #expect(outcome.status == 0, "\(outcome)")
        let restored = try TemporaryDirectory()
        let restore = try await BuildspecProcess.run(
            [
                "cache", "restore", "--cache", directory.file("src/lib/far").string, "--scope", "s",
                "--key", "k", "--path", "**/*",
            ],
            in: restored
        )
        #expect(restore.status == 0, "\(restore)")
        for name in ["out/e.env", "out/ev.json", "state", "lib/near", "lib/far"] {
            let path = PathBytes(restored.file(name).string)
            #expect(try FileStatus.named(path) == nil, "\(name)")
        }
        #expect(try restored.read("lib/f") == "x\n")
    }

    @Test(arguments: ["--cache", "--remote"])
    func `a run does not write outputs into a store`(option: String) async throws {
        let directory = try directory("[lib]")
        try directory.write("", to: "rem/.gitkeep")
        let store = option == "--cache" ? ["--cache", "rem"] : ["--remote", "rem"]
        let artifacts = try await run(directory, store + ["--artifacts", "rem/x"])
        #expect(artifacts.error.contains("rem' is the "), "\(artifacts)")
        let exports = try await run(directory, store + ["--exports", "src/../rem/x"])
        #expect(exports.status == 64)
        #expect(exports.error.contains("it is in '"), "\(exports)")
        #expect(try FileStatus.named(PathBytes(directory.file("rem/x").string)) == nil)
    }

    @Test(arguments: ["buildspec.yml", "vars.env", "secrets", "main.key"])
    func `an artifact does not replace a file that the run reads`(name: String) async throws {
        let directory = try directory("[lib]", artifacts: "['**/*']")
        for file in ["vars.env", "secrets"] { try directory.write("B=2\n", to: "ci/\(file)") }
        let keygen = ["cache", "keygen", "-o", "ci/main.key"]
        #expect(try await BuildspecProcess.run(keygen, in: directory).status == 0)
        try directory.write("new", to: "src/out/\(name)")
        let buildspec = try #require(try directory.read("src/buildspec.yml"))
        try directory.write(buildspec, to: "ci/buildspec.yml")
        let before = try TreeSnapshot(directory.file("ci"))
        let outcome = try await run(
            directory,
            [
                "--buildspec", directory.file("ci/buildspec.yml").string, "--env-file",
                "ci/vars.env", "--secrets-file", "ci/secrets", "--sign-key", "ci/main.key",
                "--artifacts", "ci",
            ]
        )
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.output.contains("'\(name)' would be replaced: it is a file that"))
        #expect(try TreeSnapshot(directory.file("ci")) == before)
    }

    @Test func `a cache directory that is not a store is reported once`() async throws {
        let directory = try directory("[lib]")
        try directory.write("x", to: "st/mine")
        let outcome = try await run(directory, [])
        #expect(outcome.status == 0)
        let all = outcome.output + outcome.error
        #expect(all.split(separator: "is not a cache store").count == 2, "\(outcome)")
        #expect(outcome.output.contains("cache             not used: the warning above says why"))
    }
}
