import Subprocess
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ContainerTests {
    /// `--debug` and `--break-on-failure` of builds in real containers, on a terminal.
    ///
    /// It is a part of `ContainerTests`, because builds remove the containers of ended builds.
    @Suite(.timed, .timeLimit(.minutes(5))) struct Debugging {
        private let directory: TemporaryDirectory
        private let terminal: PseudoTerminal

        init() throws {
            directory = try TemporaryDirectory()
            terminal = try PseudoTerminal(columns: 120, rows: 40)
        }

        /// Runs a build in a container while `body` types, and expects that no container is left.
        private func run(
            image: String = Podman.tools,
            _ arguments: [String],
            _ body: @escaping @Sendable (PseudoTerminal, Int32) async throws -> Void
        ) async throws -> Int32 {
            let podman = try await Podman.ready()
            let buildspec = """
                version: 0.2
                phases:
                  build:
                    commands:
                      - mkdir inner; cd inner; export A=1
                      - |
                        X='a  b'
                        codebuild-breakpoint
                        echo "went on with $X"
                      - exit 7
                """
            try directory.write(buildspec, to: "buildspec.yml")
            var variables = BuildspecProcess.environment(in: directory)
            variables.merge(podman.environment.filter { $0.key != "HOME" }) { $1 }
            let common = [
                "run", "--cache", "none", "--project", "p", "--log-format", "plain",
                "--network", "none", "--image", image,
            ]
            let started = Started()
            let status = try await terminal.run(
                BuildspecProcess.path,
                common + arguments,
                in: directory.path,
                environment: variables
            ) { [terminal] process in
                await started.set(process)
                try await body(terminal, process)
            }
            let name = "buildspec-\(await started.process)-"
            #expect(try await podman.containers().filter { $0.hasPrefix(name) } == [])
            return status
        }

        private actor Started {
            private(set) var process: Int32 = 0
            func set(_ process: Int32) { self.process = process }
        }

        @Test(arguments: [Podman.tools, Podman.busybox])
        func `a debug shell opens in the container, in the state of the command`(
            image: String
        ) async throws {
            let status = try await run(image: image, ["--debug", "--break-on-failure"]) {
                terminal,
                _ in
                try await terminal.expect("paused at codebuild-breakpoint in BUILD;")
                try terminal.type("echo \"<$A|$X|$PWD>\"; touch made; X=changed\n")
                try await terminal.expect("<1|a  b|/codebuild/output/src/src/inner>")
                try terminal.type("codebuild-resume\n")
                try await terminal.expect("went on with a  b")
                try await terminal.expect("paused after a command with exit status 7 in BUILD")
                try terminal.type("echo \"<$A|${PWD##*/}>\"\n")
                try await terminal.expect("<1|inner>")
                try terminal.type("exit\n")
            }
            #expect(status == 1)
            #expect(
                try directory.read("inner/made") == "",
                "the shell writes the files of the build"
            )
        }

        @Test func `Ctrl-C in a container's debug shell ends its program, not the build`()
            async throws
        {
            let status = try await run(["--debug"]) { terminal, _ in
                try await terminal.expect("$ ")
                try terminal.type("echo up; sleep 600\n")
                try await terminal.expect("up\r\n")
                try terminal.type("\u{3}")
                try await terminal.expect("^C")
                try terminal.type("echo status=$?; exit\n")
                try await terminal.expect("status=130")
                try await terminal.expect("went on with a  b")
            }
            #expect(status == 1)
        }

        @Test func `a signal ends the debug shell, the build and the container`() async throws {
            let status = try await run(["--debug"]) { terminal, process in
                try await terminal.expect("$ ")
                kill(process, SIGTERM)
            }
            #expect(status == 130)
            #expect(terminal.text.contains("build STOPPED in"))
        }
    }
}
