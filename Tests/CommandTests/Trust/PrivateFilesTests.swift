import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The modes of written files, which only the user can read unless a store is shared.
@Suite(.timed, .timeLimit(.minutes(2))) struct `File permissions` {
    private static let buildspec = """
        version: 0.2
        env: { exported-variables: [TOKEN] }
        phases: { build: { commands: ['TOKEN=secret', 'mkdir -p nm', 'date > nm/x'] } }
        cache: { key: k, paths: ['nm/**/*'] }

        """

    /// Runs the command with a umask.
    private func run(
        _ arguments: String,
        umask: String,
        in directory: TemporaryDirectory
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", "umask \(umask); exec \"$0\" \(arguments)", BuildspecProcess.path.string,
            ],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardError
    }

    /// Returns the modes of a directory and of everything below it.
    private func modes(_ directory: TemporaryDirectory, _ name: String) throws -> [String: UInt32] {
        let top = directory.file(name)
        let handle = try DirectoryHandle.open(PathBytes(top.string))
        let set = PathSet(["**/*"], root: PathBytes(top.string))
        var modes = [".": try handle.status().mode]
        for entry in try TreeWalk(set, root: handle).entries {
            modes[entry.path.text] = entry.status.mode
        }
        return modes
    }

    @Test(arguments: ["000", "022", "077"])
    func `caches, state and exported variables are private under every umask`(
        umask: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        // An older version wrote the file readable for all users.
        try directory.write("old", to: "e.env")
        _ = try await run("run --exports e.env", umask: umask, in: directory)
        _ = try await run("cache save --path 'nm/**' --cache store", umask: umask, in: directory)
        for name in ["home/.cache/buildspec", "home/.local/state/buildspec", "store"] {
            let modes = try modes(directory, name)
            #expect(modes.count > 3)
            for (path, mode) in modes {
                #expect(mode == 0o600 || mode == 0o700, "\(name)/\(path): \(mode)")
            }
        }
        #expect(try directory.handle.status("e.env".utf8)?.mode == 0o600)
        #expect(try directory.read("e.env") == "TOKEN=secret\n")
    }

    @Test(arguments: ["000", "077"])
    func `a shared store is writable for its group under every umask`(umask: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "nm/x")
        try directory.handle.makeDirectory("there".utf8)
        for name in ["new", "there"] {
            let arguments = "cache save --path 'nm/**' --shared-store --cache \(name)"
            _ = try await run(arguments, umask: umask, in: directory)
            _ = try await run(
                "cache save --path 'n?/**' --cache \(name)",
                umask: umask,
                in: directory
            )
            for (path, mode) in try modes(directory, name) {
                #expect(mode == 0o660 || mode & 0o7770 == 0o2770, "\(name)/\(path): \(mode)")
            }
        }
    }

    @Test func `new objects have the modes of an existing store`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "nm/x")
        _ = try await run("cache save --path 'nm/**' --cache st", umask: "022", in: directory)
        // As an older version made it.
        try directory.handle.setMode("st".utf8, 0o755)
        try directory.handle.directory("st".utf8).setMode("v1".utf8, 0o755)
        _ = try await run("cache save --path 'n?/**' --cache st", umask: "077", in: directory)
        let modes = try modes(directory, "st")
        #expect(modes["."] == 0o755 && modes["v1"] == 0o755)
        #expect(modes.values.contains(0o644), "the readers of old objects can read new ones")
    }

    @Test func `files are restored with the modes that were saved`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "nm/x")
        try directory.handle.directory("nm".utf8).setMode("x".utf8, 0o664)
        _ = try await run("cache save --path 'nm/**' --cache st", umask: "077", in: directory)
        try directory.handle.removeTree("nm".utf8)
        _ = try await run("cache restore --path 'nm/**' --cache st", umask: "077", in: directory)
        #expect(try directory.handle.directory("nm".utf8).status("x".utf8)?.mode == 0o664)
    }
}
