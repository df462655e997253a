import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Containers that cannot start, that end too early, or that an earlier build left; and docker.
extension ContainerTests {
    @Test(.timeLimit(.minutes(5)))
    func `a container that an earlier build left is removed and named`() async throws {
        let podman = try await Podman.ready()
        // No process has this number: Linux has none above 4194304.
        let name = "buildspec-4194999-\(UInt32.random(in: 0...UInt32.max))"
        let other = "buildspec-4194999-\(UInt32.random(in: 0...UInt32.max))"
        let space = try await shell(
            "echo $(cat /proc/sys/kernel/random/boot_id)-$(readlink /proc/self/ns/pid | tr -dc 0-9)"
        )
        let here = space.split(separator: "\n").first ?? ""
        for (name, space) in [(name, "\(here)"), (other, "\(here)9")] {
            let label = "buildspec.processes=\(space)"
            try await podman.run("create", "--name", name, "--label", label, Podman.tools)
        }
        let outcome = try await run(building("true"))
        #expect(outcome.status == 0)
        #expect(
            outcome.error == "warning: removed the container '\(name)' of an earlier build\n"
        )
        #expect(try await !podman.containers().contains(name))
        // In another process namespace, the process with this number can be alive.
        #expect(try await podman.containers().contains(other))
        try await podman.run("rm", other)
    }

    @Test func `a container that ends during the build fails the command`() async throws {
        let podman = try await Podman.ready()
        let outcome = try await run(building("touch started; sleep 600")) { [directory] process in
            try await directory.waitForFile("started")
            for name in try await podman.containers()
            where name.hasPrefix("buildspec-\(process.value)-") {
                try await podman.run("kill", name)
            }
        }
        #expect(outcome.status == 1)
        #expect(
            outcome.error.contains(
                "warning: the container has ended: it was removed or killed, or memory was short\n"
            )
        )
    }

    /// The arguments and the top of the buildspec for errors before any command, and the messages.
    static let errors: [(arguments: [String], top: String, message: String)] = [
        (
            ["--image", "localhost/buildspec-no-such-image:1"], "",
            "the image 'localhost/buildspec-no-such-image:1' is not on this machine and cannot be "
                + "pulled: podman says '"
        ),
        (
            ["--engine", "no-such-engine"], "",
            "--image: 'no-such-engine' is not on the PATH; install an engine, or name its path with "
                + "'--engine PATH'"
        ),
        (
            ["--engine", "/no/engine"], "",
            "--engine: there is no program '/no/engine'; name podman or docker, or the path of one of them"
        ),
        (
            ["--image", Podman.empty], "",
            "the image '\(Podman.empty)' has no '/bin/sh', which a build needs; choose another image"
        ),
        (
            [], "env: {shell: zsh}",
            "cannot run commands with the shell 'zsh': it is not on the build's PATH; install it or "
                + "change 'env.shell'"
        ),
        (
            [], "run-as: nobody",
            "run-as: there is no user 'nobody' in the image '\(Podman.tools)'; create it or change the "
                + "key"
        ),
        (
            ["--network", "no-such-network"], "",
            "cannot start a container of the image '\(Podman.tools)': podman says '"
        ),
    ]

    @Test(.timeLimit(.minutes(2)), arguments: errors.indices)
    func `a container that cannot start is one error with the reason`(index: Int) async throws {
        let row = ContainerTests.errors[index]
        try directory.write(building("touch never", top: row.top), to: "buildspec.yml")
        let podman = try await Podman.ready()
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none"] + row.arguments
                + (row.arguments.contains("--image") ? [] : ["--image", Podman.tools])
                + (row.arguments.contains("--network") ? [] : ["--network", "none"]),
            in: directory,
            environment: podman.environment.merging(["HOME": directory.path.string]) { $1 }
        )
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("error: \(row.message)"), "\(outcome)")
        #expect(outcome.error.split(separator: "\n").filter { $0.contains("error: ") }.count == 1)
        #expect(try directory.read("never") == nil)
    }

    @Test func `docker gets only options that it knows`() async throws {
        let engine = directory.file("tools, \"x\"/docker")
        try directory.write(
            "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done >> '\(directory.path)/arguments'\n"
                + "exec podman \"$@\"\n",
            to: "tools, \"x\"/docker"
        )
        unsafe chmod(engine.string, 0o755)
        let outcome = try await run(
            building("echo \"> $(pwd)\""),
            "--engine",
            engine.string,
            "--privileged",
            "--network",
            "host"
        )
        #expect(lines(outcome) == ["/codebuild/output/src/src"], "\(outcome)")
        let arguments = try #require(try directory.read("arguments")).split(separator: "\n")
            .map(String.init)
        let start = try #require(arguments.firstIndex(of: "run"))
        let options = arguments[start...].prefix { $0 != Podman.tools }.filter {
            $0.hasPrefix("--")
        }
        #expect(
            options.filter { $0 != "--mount" } == [
                "--rm", "--interactive", "--name", "--label", "--log-driver", "--stop-timeout",
                "--security-opt", "--user", "--workdir", "--entrypoint", "--network",
                "--privileged",
            ]
        )
    }
}
