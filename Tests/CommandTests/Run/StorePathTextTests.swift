import BuildspecFiles
import Subprocess
import TestSupport
import Testing

/// Paths in options and variables that look like mistakes.
@Suite(.timed, .timeLimit(.minutes(3)))
struct StorePathTextTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("x", to: "a/f")
        try directory.write("x", to: "home/f")
    }

    private func save(
        _ arguments: String...,
        environment: [Environment.Key: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["cache", "save", "--scope", "s"] + arguments,
            in: directory,
            environment: environment
        )
    }

    private func names() throws -> Set<String> {
        Set(try directory.handle.names().map { String(decoding: $0, as: UTF8.self) })
    }

    @Test(arguments: ["file", "no file", "none"])
    func `a tilde in a variable of a store is expanded to the home directory`(
        config: String
    ) async throws {
        if config == "file" { try directory.write("{}\n", to: "home/.config/buildspec/config.yml") }
        var environment: [Environment.Key: String] = [
            "BUILDSPEC_CACHE": "~/st", "BUILDSPEC_REMOTE": "~/rem",
        ]
        if config == "none" { environment["BUILDSPEC_CONFIG"] = "none" }
        let outcome = try await save("--path", "a", environment: environment)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try names().isSubset(of: ["a", "home"]))
        let home = try directory.handle.directory("home".utf8).names()
        #expect(home.contains(Array("st".utf8)) && home.contains(Array("rem".utf8)))
    }

    @Test(arguments: [
        ("\"st\"", "the quotes are part of the name \"st\"; write 'st'"),
        ("st ", "the blank after 'st' is part of the name; write 'st'"),
        ("C:\\st", "not a drive here"), ("$(pwd)/st", "'$' in '$(pwd)/st' is not expanded"),
        ("$HOME/st", "'$' in '$HOME/st' is not expanded"),
        ("${HOME:-x}/st", "is not expanded"),
    ])
    func `a store whose name looks like a mistake is refused with the text to write`(
        text: String,
        message: String
    ) async throws {
        let before = try names()
        let option = try await save("--path", "a", "--cache", text)
        let variable = try await save("--path", "a", environment: ["BUILDSPEC_CACHE": text])
        for (name, outcome) in [("--cache", option), ("BUILDSPEC_CACHE", variable)] {
            #expect(outcome.status == 64, "\(outcome)")
            #expect(outcome.error.contains("\(name): ") && outcome.error.contains(message))
        }
        #expect(try names() == before)
    }

    @Test func `an existing store whose name looks like a mistake is used`() async throws {
        try directory.write("", to: "$x/.keep")
        try directory.handle.directory("$x".utf8).removeFile(".keep".utf8)
        #expect(try await save("--path", "a", "--cache", "$x").status == 0)
    }

    @Test(arguments: [
        (["run", "--source=~/e"], "--source"),
        (["run", "--sandbox", "--sandbox-write=~/x"], "--sandbox-write"),
        (["run", "--sandbox", "--sandbox-read", "~/x"], "--sandbox-read"),
        (["hash-files", "--root=~/x", "f"], "--root"),
    ])
    func `a tilde that no shell has expanded causes a warning`(
        arguments: [String],
        option: String
    ) async throws {
        let outcome = try await BuildspecProcess.run(arguments, in: directory)
        #expect(outcome.status != 0)
        let line = "warning: \(option): '~' in '~/"
        #expect(
            outcome.error.contains(line) && outcome.error.contains("; write \"$HOME/"),
            "\(outcome)"
        )
    }

    @Test func `a tilde in BUILDSPEC_CONFIG causes a warning before the error`() async throws {
        let outcome = try await save("--path", "a", environment: ["BUILDSPEC_CONFIG": "~/c"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("warning: BUILDSPEC_CONFIG: '~' in '~/c'"), "\(outcome)")
    }

    @Test(arguments: [
        ("$PWD/nm", "--path: '$' in '$PWD/nm' is not expanded; write the path, or let"),
        ("$(pwd)/nm", "--path: '$' in '$(pwd)/nm' is not expanded"),
        ("'a'", "--path: the quotes are part of the name 'a'; write 'a'"),
        (
            "~/x",
            "--path: '~' in '~/x' is not a home directory but a name in the root; write \"$HOME/x\""
        ),
        ("~root/x", "--path: '~root' in '~root/x' is not a home directory but a name in the root"),
        ("nm\\**", "write 'nm/**'"), ("  ", "names no file; leave it out"),
    ])
    func `a '--path' that looks like a mistake causes a warning`(
        path: String,
        message: String
    ) async throws {
        let outcome = try await save("--cache", "st", "--path", path)
        #expect(outcome.error.contains(message), "\(outcome)")
        #expect(!outcome.error.contains("under 'env'"), "\(outcome)")
    }

    @Test(arguments: [
        ["save", "--key", "k-$NOT_SET"], ["restore", "--key", "k", "--fallback-key", "k-$NOT_SET"],
    ])
    func `a variable in a key on the command line causes a warning`(
        arguments: [String]
    ) async throws {
        let outcome = try await BuildspecProcess.run(
            ["cache"] + arguments + ["--cache", "st", "--scope", "s", "--path", "a"],
            in: directory
        )
        let option = arguments[arguments.count - 2]
        #expect(
            outcome.error.contains("\(option): '$' in 'k-$NOT_SET' is not expanded; write the key"),
            "\(outcome)"
        )
    }

    @Test(arguments: [
        ["--key", ""], ["--key", " "], ["--key", "k", "--fallback-key", ""],
        ["--key", "k", "--fallback-key", "  "],
    ])
    func `a blank key on the command line is an error`(arguments: [String]) async throws {
        let outcome = try await BuildspecProcess.run(
            ["cache", "restore", "--cache", "st", "--scope", "s", "--path", "a"] + arguments,
            in: directory
        )
        #expect(outcome.status == 64 && outcome.error.contains("empty"), "\(outcome)")
    }
}
