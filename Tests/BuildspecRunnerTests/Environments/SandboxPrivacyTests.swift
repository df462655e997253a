#if os(Linux)
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// Parts of the user's session that sandboxed commands must not reach.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxPrivacyTests {
        private let home: TemporaryDirectory

        init() throws { home = try TemporaryDirectory() }

        private func lines(_ commands: [String]) async throws -> [String] {
            try await TestBuild.sandboxed(home: home, [.build: commands]).lines()
        }

        /// A program that calls the kernel: `call(NAME, ARGUMENTS...)` returns the result or `-errno`.
        private static let python = """
            import ctypes, os, platform, sys
            numbers = {'x86_64': (248, 249, 250), 'aarch64': (217, 218, 219)}[platform.machine()]
            libc = ctypes.CDLL(None, use_errno=True)
            def call(name, *arguments):
                number = numbers[('add_key', 'request_key', 'keyctl').index(name)]
                result = libc.syscall(ctypes.c_long(number), *arguments)
                return result if result >= 0 else -ctypes.get_errno()

            """

        @Test func `sandboxed commands cannot use the kernel's keyrings`() async throws {
            let name = "buildspec-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            // The key is in the user's keyring, not in the session's.
            let number = try await Python.run(
                Self.python
                    + "print(call('add_key', b'user', sys.argv[1].encode(), b'secret', 6, -4))",
                [name],
                input: ""
            ).trimmingCharacters(in: .whitespacesAndNewlines)
            try #require(Int(number).map { $0 > 0 } == true, "no key can be made: \(number)")
            let program =
                Self.python + """
                    room = ctypes.create_string_buffer(64)
                    print(call('request_key', b'user', b'\(name)', None, 0),
                          call('keyctl', 10, -4, b'user', b'\(name)', 0),
                          call('keyctl', 11, \(number), room, 64), room.value,
                          call('add_key', b'user', b'x', b'x', 1, -3), call('keyctl', 0, -3, 0))
                    """
            let build = try TestBuild.sandboxed(
                home: home,
                [
                    .build: [
                        "python3 key.py", "grep -c \(name) /proc/keys; cat /proc/key-users; true",
                    ]
                ]
            )
            try build.scratch.write(program, to: "key.py")
            let lines = try await build.lines()
            _ = try await Python.run(
                Self.python + "print(call('keyctl', 9, \(number), -4))",
                input: ""
            )
            #expect(lines == ["-38 -38 -38 b'' -38 -38", "0"])
        }

        @Test func `sandboxed commands see no terminal of the machine`() async throws {
            let terminal = try PseudoTerminal()
            let found = try await lines([
                "ls /dev/pts; ls /dev | grep -E '^(tty[0-9S]|vcs|hvc)' ; true",
                "(echo injected > \(terminal.path)) 2> /dev/null && echo written; true",
                "script -qc 'tty' /dev/null 2> /dev/null || echo none",
            ])
            // A terminal adds a carriage return to the end of a line.
            let words = found.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            #expect(words.filter { $0 != "ptmx" && $0 != "none" } == ["/dev/pts/0"])
        }

        @Test func `sandboxed commands cannot type into a terminal`() async throws {
            let program = """
                import fcntl, os, pty, struct
                pid, terminal = pty.fork()
                if pid == 0:
                    for request in (0x5412, 0x100005412, 0x541C):
                        try:
                            fcntl.ioctl(0, request & 0xffffffff, b'x')
                            print('typed', flush=True)
                        except OSError as error:
                            print(error.errno, flush=True)
                    os._exit(0)
                text = b''
                while True:
                    try:
                        part = os.read(terminal, 100)
                    except OSError:
                        break
                    if not part: break
                    text += part
                print(text.split())
                """
            let build = try TestBuild.sandboxed(home: home, [.build: ["python3 type.py"]])
            try build.scratch.write(program, to: "type.py")
            let lines = try await build.lines()
            #expect(lines == ["[b'1', b'1', b'1']"])
        }

        @Test func `sandboxed commands see no shared memory of the machine`() async throws {
            let file = "/dev/shm/buildspec-test-\(getpid())"
            _ = FileManager.default.createFile(atPath: file, contents: Data("secret".utf8))
            defer { _ = unsafe unlink(file) }
            let key = Int32.random(in: 1...Int32.max)
            let memory = shmget(key, 64, IPC_CREAT | 0o600)
            defer { _ = shmctl(memory, IPC_RMID, nil) }
            let found = try await lines([
                "ls -A /dev/shm; cat \(file) 2> /dev/null; tail -n +2 /proc/sysvipc/shm | wc -l",
                "echo a > \(file) && cat \(file)",
            ])
            #expect(memory >= 0)
            #expect(found == ["0", "a"])
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "secret")
        }
    }
#endif
