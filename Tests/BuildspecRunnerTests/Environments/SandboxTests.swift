#if os(Linux)
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import SystemPackage
    import TestSupport
    import Testing

    private let root = "/codebuild/output/src/src"

    /// Access of sandboxed commands to files, networks and processes.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxTests {
        private let home: TemporaryDirectory

        init() throws { home = try TemporaryDirectory() }

        private func lines(_ commands: [String]) async throws -> [String] {
            try await TestBuild.sandboxed(home: home, [.build: commands]).lines()
        }

        @Test func `the sources of every build have the same path in a sandbox`() async throws {
            for _ in 1...2 {
                #expect(
                    try await lines(["pwd; echo $CODEBUILD_SRC_DIR; echo `pwd`"])
                        == [root, root, root]
                )
            }
        }

        @Test func `files that sandboxed commands make in the sources stay after the build`()
            async throws
        {
            let build = try TestBuild.sandboxed(home: home, [.build: ["mkdir a; echo b > a/b"]])
            #expect(try await build.run().state == .succeeded)
            #expect(try build.scratch.read("a/b") == "b\n")
        }

        @Test func `sandboxed commands cannot write to directories of the machine`() async throws {
            let directories = [
                "/", "/usr", "/etc", "/var", "/codebuild", "/codebuild/output", "/sys",
            ]
            let commands = directories.map {
                "touch \($0)/buildspec-x 2>/dev/null && echo \($0); true"
            }
            #expect(
                try await lines(commands + ["cat /etc/hostname > /dev/null && echo ok"]) == ["ok"]
            )
            for directory in directories {
                #expect(unsafe access("\(directory)/buildspec-x", F_OK) != 0)
            }
        }

        @Test func `sandboxed commands cannot change settings of the kernel`() async throws {
            let file = "/proc/sys/kernel/domainname"
            #expect(
                try await lines(["sh -c 'cat \(file) > \(file)' 2> /dev/null || echo refused"])
                    == ["refused"]
            )
        }

        @Test func `a sandbox has private directories for temporary files`() async throws {
            let outside = try TemporaryDirectory()
            try outside.write("x", to: "x")
            let name = "/tmp/buildspec-left-\(getpid())"
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .install: [
                        "ls \(outside.path) 2>/dev/null || echo hidden", "echo a > \(name)",
                    ],
                    .build: ["cat \(name)", "stat -c %a /tmp /var/tmp", "mktemp > /dev/null"],
                ]
            )
            #expect(try await build.lines() == ["hidden", "a", "1777", "1777"])
            #expect(build.sink.statuses == [0, 0, 0, 0, 0])
            #expect(unsafe access(name, F_OK) != 0)
        }

        @Test func `a sandbox has an empty, writable home that does not outlive the build`()
            async throws
        {
            try home.write("secret", to: ".netrc")
            #expect(
                try await lines([
                    "echo $HOME; ls -A $HOME", "mkdir -p ~/.cache/x && ls -A ~",
                    "echo a > /dev/shm/a && cat /dev/shm/a",
                ]) == [home.path.string, ".cache", "a"]
            )
            #expect(try home.handle.names() == [Array(".netrc".utf8)])
        }

        @Test func `a readable directory appears, read-only, in the sandbox's empty home`()
            async throws
        {
            try home.write("tool", to: "tools/bin/t")
            var build = try TestBuild.sandboxed(
                home: home,
                [
                    .build: [
                        "cat ~/tools/bin/t; ls -A ~; touch ~/tools/x 2>/dev/null || echo refused"
                    ]
                ]
            )
            var options = SandboxOptions()
            options.readable = [home.path.appending("tools")]
            build.request.execution = .sandbox(options)
            #expect(try await build.lines() == ["tooltools", "refused"])
        }

        @Test func `the directory and variables of a sandboxed command are carried to the next`()
            async throws
        {
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .install: ["A='x\ny'; mkdir d; cd d", "echo \"$A\"; pwd"],
                    .build: ["rmdir ../d", "pwd; ls -A"],
                ]
            )
            let uid = geteuid()
            #expect(
                try await build.lines().filter { !$0.contains("cd") }
                    == ["x", "y", "\(root)/d", "/codebuild/output/tmp/start-\(uid)"]
            )
        }

        @Test func `a sandbox without a network has a loopback interface only`() async throws {
            let look = [
                "readlink /proc/self/ns/net", "cat /proc/net/route | wc -l",
                "tail -n +3 /proc/net/dev | cut -d : -f 1", "grep -c 127.0.0.1 /proc/net/fib_trie",
            ]
            let with = try await TestBuild.sandboxed(home: home, [.build: look]).lines()
            let without = try await TestBuild.sandboxed(
                network: .none,
                home: home,
                [.build: look]
            ).lines()
            let own = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/ns/net"
            )
            #expect(with.first == own)
            #expect(without.first != own)
            #expect(without.dropFirst().map { $0.filter { $0 != " " } }.prefix(2) == ["1", "lo"])
            #expect(without.last != "0")
        }

        @Test func `the commands of a sandbox without a network share one network namespace`()
            async throws
        {
            let build = try TestBuild.sandboxed(
                network: .none,
                home: home,
                [
                    .install: ["readlink /proc/self/ns/net"],
                    .build: ["readlink /proc/self/ns/net"],
                ]
            )
            let lines = try await build.lines()
            #expect(lines.count == 2)
            #expect(lines.first == lines.last)
        }

        @Test func `background processes in a sandbox end with the build`() async throws {
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .install: ["nohup sleep 600 > /dev/null & echo $! > a"],
                    .build: ["kill -0 $(cat a); setsid sleep 600 & echo $! > b"],
                ]
            )
            #expect(try await build.run().state == .succeeded)
            #expect(build.sink.statuses == [0, 0])
            for name in ["a", "b"] { #expect(try !isAlive(build.pid(name))) }
        }

        @Test func `a sandboxed build that times out ends its processes`() async throws {
            var build = try TestBuild.sandboxed(
                home: home,
                [.build: ["sleep 600 & echo $! > a; sleep 600", "echo never"]]
            )
            build.request.timeout = .seconds(6)
            #expect(try await build.run().state == .timedOut)
            #expect(build.sink.commands.count == 1)
            #expect(try !isAlive(build.pid("a")))
        }

        @Test func `a command that kills its shell does not end the sandbox`() async throws {
            let build = try TestBuild.sandboxed(
                home: home,
                [.install: ["pwd"], .build: ["kill -9 $$", "never"], .postBuild: ["pwd"]]
            )
            #expect(try await build.lines() == [root, root])
        }

        @Test func `a sandboxed build leaves nothing in the temporary directory`() async throws {
            let temporary = try TemporaryDirectory()
            var build = try TestBuild.sandboxed(
                home: home,
                [
                    .build: [
                        "mkdir -p ~/a/b /tmp/c; touch ~/a/b/c; chmod 500 ~/a/b; echo ${TMPDIR-no}"
                    ]
                ]
            )
            build.request.hostEnvironment["TMPDIR"] = temporary.path.string
            #expect(try await build.lines() == ["no"])
            #expect(try temporary.handle.names() == [])
        }

        @Test
        func `artifacts can come from the sources, the home and temporary files of a sandbox`()
            async throws
        {
            let target = try TemporaryDirectory()
            var build = try TestBuild.sandboxed(
                home: home,
                [.build: ["echo a > a; echo b > /tmp/b; echo c > ~/c; mkdir -p d; echo d > d/d"]]
            )
            build.buildspec.artifacts = ArtifactsSection(
                primary: ArtifactSet(
                    files: located(["a", "/tmp/b", "$HOME/c", "$CODEBUILD_SRC_DIR/d/**/*"])
                )
            )
            build.request.artifactsDirectory = target.path
            #expect(try await build.run().state == .succeeded)
            for name in ["a", "b", "c"] { #expect(try target.read(name) == name + "\n") }
            #expect(try target.read("d/d") == "d\n")
            #expect(build.sink.warnings == [])
        }

        @Test func `a machine without bubblewrap is an error before any command`() async throws {
            var build = try TestBuild.sandboxed(home: home, [.build: ["true"]])
            build.request.hostEnvironment["PATH"] = home.path.string
            await #expect(
                throws: SetupError(
                    [
                        SetupError.Problem(
                            "cannot create a sandbox: there is no 'bwrap' on the PATH; install it, on Debian "
                                + "and its relatives with 'apt-get install bubblewrap', or run without "
                                + "'--sandbox'"
                        )
                    ],
                    in: .provisioning
                )
            ) { try await build.run() }
            #expect(build.sink.events.isEmpty)
        }

        @Test func `a sandbox works with an nsenter that does not have '--wdns'`() async throws {
            let tools = try TemporaryDirectory()
            let script = """
                #!/bin/sh
                case "$*" in *--wdns=*) echo "unrecognized option" >&2; exit 1 ;; esac
                exec /usr/bin/nsenter "$@"

                """
            try tools.write(script, to: "nsenter")
            _ = unsafe chmod(tools.file("nsenter").string, 0o755)
            var build = try TestBuild.sandboxed(home: home, [.build: ["pwd"]])
            let path = build.request.hostEnvironment["PATH"] ?? ""
            build.request.hostEnvironment["PATH"] = "\(tools.path):\(path)"
            #expect(try await build.lines() == [root])
        }

        @Test func `a readable path that does not exist is an error`() async throws {
            var build = try TestBuild.sandboxed(home: home, [.build: ["true"]])
            var options = SandboxOptions()
            options.readable = ["/no/such"]
            build.request.execution = .sandbox(options)
            await #expect(
                throws: SetupError(
                    [
                        SetupError.Problem(
                            "cannot create a sandbox: cannot show '/no/such': it does not exist"
                        )
                    ],
                    in: .provisioning
                )
            ) { try await build.run() }
        }
    }
#endif
