import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Outputs that must not replace source files.
@Suite(.timed, .timeLimit(.minutes(3)))
struct OutputSourceTests {
    private static let buildspec = """
        version: 0.2
        env: { exported-variables: [A, B] }
        phases: { build: { commands: ["A=1; B='two words'"] } }

        """

    private func directory(git commands: String? = nil) async throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        try directory.write("int main;\n", to: "main.c")
        try directory.write("{\n  \"packages\": {}\n}\n", to: "package-lock.json")
        try directory.write("all:\n", to: "lib/t")
        guard let commands else { return directory }
        let text =
            "version: 0.2\nphases: { build: { commands: ['git init -q . && \(commands)'] } }\n"
        try directory.write(text, to: "git.yml")
        let git = ["run", "--cache", "none", "--buildspec", "git.yml"]
        #expect(try await BuildspecProcess.run(git, in: directory).status == 0)
        return directory
    }

    /// Expects that a command refuses its output and writes nothing.
    private func expectRefusal(
        _ directory: TemporaryDirectory,
        _ arguments: [String],
        environment: [String: String] = [:],
        because reason: String
    ) async throws {
        let before = try TreeSnapshot(directory.path)
        let outcome = try await BuildspecProcess.run(
            arguments,
            in: directory,
            environment: .init(strings: environment)
        )
        #expect(outcome.status == 64, "\(arguments): \(outcome)")
        #expect(outcome.error.contains(": cannot write '"), "\(outcome)")
        #expect(outcome.error.contains(reason), "\(outcome)")
        #expect(try TreeSnapshot(directory.path) == before)
    }

    @Test func `an output replaces a file that git does not track`() async throws {
        for directory in [try await directory(), try await directory(git: "true")] {
            let outcome = try await BuildspecProcess.run(
                ["run", "--cache", "none", "--exports", "main.c"],
                in: directory
            )
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try directory.read("main.c")?.contains("two words") == true)
        }
    }

    @Test func `an output does not replace a file if git cannot tell whether it is tracked`()
        async throws
    {
        let directory = try await directory(git: "git add main.c")
        for option in ["--events", "--exports"] {
            try await expectRefusal(
                directory,
                ["run", "--cache", "none", option, "main.c"],
                environment: ["PATH": "/nowhere"],
                because: "git cannot tell"
            )
        }
        guard geteuid() == 0 else { return }
        _ = unsafe chown(directory.path.string, 65_534, 65_534)
        _ = unsafe chown(directory.file(".git").string, 65_534, 65_534)
        let run = ["run", "--cache", "none", "--exports", "main.c"]
        try await expectRefusal(directory, run, because: "dubious ownership")
    }

    @Test(arguments: ["e", "e.json"])
    func `an output replaces the output of an earlier build`(exports: String) async throws {
        let directory = try await directory()
        for _ in 0..<2 {
            let outcome = try await BuildspecProcess.run(
                ["run", "--cache", "none", "--events", "ev", "--exports", exports],
                in: directory
            )
            #expect(outcome.status == 0, "\(outcome)")
        }
        #expect(try directory.read(exports)?.contains("two words") == true)
    }

    @Test(
        arguments: [
            (".git/hooks/pre-commit", "a file of git"), (".git/new", "a file of git"),
            ("lib/t", "which git tracks"), ("sub/t", "which git tracks"),
        ] as [(String, String)]
    )
    func `an output is refused in '.git' and instead of a deleted tracked file`(
        file: String,
        reason: String
    ) async throws {
        let directory = try await directory(
            git: "mkdir sub && cp main.c sub/t && git add lib sub && rm -r lib/t sub"
        )
        for option in ["--events", "--exports"] {
            try await expectRefusal(
                directory,
                ["run", "--cache", "none", option, file],
                because: reason
            )
        }
        try await expectRefusal(directory, ["cache", "keygen", "-o", file], because: reason)
        guard file.hasPrefix(".git") else { return }
        let export = ["cache", "export", "k", "--cache", "st", "-o", file + ".tar"]
        try await expectRefusal(directory, export, because: reason)
    }

    // 65534 is the number of `nobody`.
    @Test(.enabled(if: geteuid() == 0))
    func `exported variables are not written to another user's file`() async throws {
        let directory = try await directory()
        try directory.write("A=old\n", to: "e.env")
        try directory.write("", to: "home/x")
        for name in ["", "home"] { _ = unsafe chmod(directory.file(name).string, 0o777) }
        _ = unsafe chmod(directory.file("e.env").string, 0o666)
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--exports", "e.env"],
            in: directory,
            user: 65_534
        )
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.error.contains("it belongs to another user"), "\(outcome)")
        #expect(try directory.read("e.env") == "A=old\n")
    }

    @Test func `a new archive is private, and an existing one keeps its mode`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "a/f")
        let save = ["cache", "save", "--cache", "st", "--scope", "s", "--key", "k", "--path", "a"]
        #expect(try await BuildspecProcess.run(save, in: directory).status == 0)
        try directory.write("", to: "old.tar")
        _ = unsafe chmod(directory.file("old.tar").string, 0o640)
        for (file, mode) in [("new.tar", 0o600), ("old.tar", 0o640)] as [(String, UInt32)] {
            let outcome = try await BuildspecProcess.run(
                ["cache", "export", "k", "--cache", "st", "-o", file],
                in: directory
            )
            #expect(outcome.status == 0, "\(outcome)")
            let status = try FileStatus.named(PathBytes(directory.file(file).string))
            #expect(status.map { $0.mode & 0o777 } == mode, "\(file)")
        }
    }
}
