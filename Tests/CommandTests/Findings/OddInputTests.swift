import BuildspecFiles
import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Directories, files and arguments that look right and are not.
@Suite(.timed, .timeLimit(.minutes(1)))
struct OddInputTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [echo $A]}}\nartifacts: {files: ['*.yml']}\n",
            to: "up/source/buildspec.yml"
        )
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: directory.file(name).string))
    }

    private func run(
        _ arguments: [String],
        user: UInt32? = nil
    ) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(
            ["run", "--cache", "none", "--source", "up/source"] + arguments,
            in: directory,
            user: user
        )
    }

    @Test(
        arguments: [
            ([0x41, 0x3D, 0xE9, 0x0A], "cannot read 'values': it is not UTF-8"),
            ([0x41, 0x3D, 0x00, 0x0A], "values:1:3: a NUL byte, which no variable can hold"),
            (
                [0xEF, 0xBB, 0xBF] + Array("A=1\r\nB=é\u{0}\u{0}\n".utf8),
                "values:2:4: a NUL byte, which no variable can hold"
            ),
        ] as [([UInt8], String)]
    )
    func `a file with values that no variable can hold is an error`(
        bytes: [UInt8],
        reason: String
    ) async throws {
        try write(bytes, to: "values")
        for option in ["--env-file", "--secrets-file"] {
            let outcome = try await run([option, "values"])
            #expect(outcome.status == 64)
            #expect(outcome.error.contains("\(option): \(reason)\n"))
        }
    }

    @Test func `an argument that is not UTF-8 is an error`() async throws {
        let script = """
            "$0" cache save --cache store --path up --key "$(printf 'k\\377')"
            """
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script, BuildspecProcess.path.string],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            input: .none,
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(result.terminationStatus == .exited(64))
        #expect(result.standardError.contains("argument 8, 'k\u{FFFD}', is not UTF-8"))
    }

    @Test func `a byte order mark is not part of a variable in a file`() async throws {
        try write([0xEF, 0xBB, 0xBF] + Array("A=1\n".utf8), to: "values")
        let outcome = try await run(["--env-file", "values"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\n1\n"))
    }

    // Home directories of shared machines have such modes. 65534 is the number of `nobody`.
    @Test func `artifacts are collected below a directory that cannot be listed`() async throws {
        let isRoot = geteuid() == 0
        unsafe chmod(directory.path.string, 0o755)
        unsafe chmod(directory.file("up").string, 0o711)
        unsafe chmod(directory.file("up/source").string, 0o777)
        if isRoot {
            unsafe chmod(directory.path.string, 0o711)
        } else {
            unsafe chmod(directory.file("up").string, 0o311)
        }
        let outcome = try await run(
            ["--artifacts", "up/source/out"],
            user: isRoot ? 65_534 : nil
        )
        unsafe chmod(directory.file("up").string, 0o755)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try directory.read("up/source/out/buildspec.yml") != nil)
    }

    #if os(Linux)
        @Test func `a source root that is not UTF-8 is an error`() async throws {
            let name = [UInt8(ascii: "d"), 0xE9]
            try directory.handle.makeDirectory(name)
            try directory.handle.makeLink("link".utf8, to: name)
            let outcome = try await BuildspecProcess.run(
                ["run", "--source", "link"],
                in: directory
            )
            #expect(outcome.status == 64)
            #expect(outcome.error.contains("is not UTF-8, so it cannot be a variable's value"))
        }
    #endif

    @Test func `a source root that was removed is an error`() async throws {
        let script = """
            cd up/source && mv buildspec.yml ../.. && rmdir ../source
            exec \(BuildspecProcess.path) run --cache none --buildspec "$1/buildspec.yml"
            """
        let outcome = try await shell(script)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--source: '.' has no path; it was removed"))
    }

    @Test func `a closed standard output is an error, not the next file that is opened`()
        async throws
    {
        let outcome = try await shell(
            "cd up/source; exec \(BuildspecProcess.path) run --cache none >&-"
        )
        #expect(outcome.status == 130)
        #expect(
            outcome.error.contains(
                "error: cannot write the output: Bad file descriptor; the build is stopped\n"
            )
        )
    }

    private func shell(_ script: String) async throws -> (status: Int32, error: String) {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script, "sh", directory.path.string],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            input: .none,
            output: .discarded,
            error: .string(limit: 1 << 20)
        )
        guard case .exited(let status) = result.terminationStatus else { return (-1, "") }
        return (status, result.standardError)
    }
}
