import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals, timeouts and closed pipes with the built command.
@Suite(.timed, .timeLimit(.minutes(2)))
struct RunStopTests {
    private static let sleeping = """
        version: 0.2
        phases:
          build:
            commands:
              - sleep 600 & echo $! > pid; touch started; sleep 600
            finally: ['touch never']
        """

    /// Runs a buildspec and sends signals once its command has started.
    private func run(
        _ buildspec: String,
        signals: [Int32],
        in directory: TemporaryDirectory
    ) async throws -> BuildspecProcess.Outcome {
        try directory.write(buildspec, to: "buildspec.yml")
        return try await BuildspecProcess.run(["run", "--cache", "none"], in: directory) {
            process in
            try await directory.waitForFile("started")
            for signal in signals {
                kill(process.value, signal)
                if signals.count > 1 { try await directory.waitForFile("asked") }
            }
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func `a signal ends the process group of the command, and the status is 130`(
        signal: Int32
    ) async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await run(RunStopTests.sleeping, signals: [signal], in: directory)
        #expect(outcome.status == 130)
        #expect(outcome.error == "buildspec.yml:5:9: error: stopped\n")
        #expect(outcome.output.contains("BUILD             STOPPED"))
        #expect(outcome.output.contains("\nbuild STOPPED in "))
        #expect(try directory.read("never") == nil)
        #expect(try !isAlive(directory.read("pid")))
    }

    /// Swift's runtime would print a report for these signals, and the build would go on.
    @Test(arguments: [SIGABRT, SIGTRAP])
    func `a signal of a crash ends the build and its command`(signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await run(RunStopTests.sleeping, signals: [signal], in: directory)
        #expect(outcome.status == -signal)
        #expect(!outcome.error.contains("acktrac"))
        let pid = try directory.read("pid")
        while try isAlive(pid) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try directory.read("never") == nil)
    }

    @Test(arguments: [
        "sleep 600 & echo $! > pid; touch started; sleep 600",
        "setsid sh -c 'echo $$ > pid; touch started; exec sleep 600' > /dev/null 2>&1 & sleep 600",
        "trap '' TERM; echo $$ > pid; touch started; while :; do sleep 0.05; done",
        "echo $$ > pid; touch started; kill -STOP $$; sleep 600",
    ])
    func `a killed build leaves no running command`(command: String) async throws {
        let directory = try TemporaryDirectory()
        let buildspec = """
            version: 0.2
            phases:
              build:
                commands:
                  - |
                    \(command)
            """
        let outcome = try await run(buildspec, signals: [SIGKILL], in: directory)
        #expect(outcome.status == -9)
        let pid = try directory.read("pid")
        // The guard process waits two seconds before it kills.
        while try isAlive(pid) { try await Task.sleep(for: .milliseconds(20)) }
    }

    @Test func `a suspended command ends like a running one when the build stops`() async throws {
        let stopped = """
            version: 0.2
            phases:
              build:
                commands:
                  - trap 'touch ended; exit 3' TERM; touch started; kill -STOP $$; sleep 600
            """
        let directory = try TemporaryDirectory()
        let outcome = try await run(stopped, signals: [SIGTERM], in: directory)
        #expect(outcome.status == 130)
        #expect(try directory.read("ended") != nil)
        #expect(!outcome.error.contains("does not end"), "\(outcome)")
    }

    @Test func `a second signal kills a command that ignores the first`() async throws {
        let stubborn = """
            version: 0.2
            phases:
              build:
                commands:
                  - trap 'touch asked' TERM; echo $$ > pid; touch started; while :; do sleep 0.02; done
            """
        let directory = try TemporaryDirectory()
        let outcome = try await run(stubborn, signals: [SIGINT, SIGINT], in: directory)
        let end = ContinuousClock.now
        #expect(outcome.status == 130)
        #expect(end - outcome.bodyEnd < .seconds(8))
        #expect(try !isAlive(directory.read("pid")))
    }

    @Test func `a command that does not end after a signal causes a warning`() async throws {
        let slow = """
            version: 0.2
            phases:
              build:
                commands:
                  - trap 'sleep 1.6; exit 3' TERM; touch started; while :; do sleep 0.02; done
            """
        let directory = try TemporaryDirectory()
        let outcome = try await run(slow, signals: [SIGTERM], in: directory)
        #expect(outcome.status == 130)
        #expect(
            outcome.error == "warning: the command does not end; waiting before killing it\n"
                + "buildspec.yml:5:9: error: stopped\n"
        )
    }

    @Test func `a build that times out ends with status 124`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(RunStopTests.sleeping, to: "buildspec.yml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--timeout", "15s"],
            in: directory
        )
        #expect(outcome.status == 124)
        #expect(outcome.error == "buildspec.yml:5:9: error: the build timed out\n")
        #expect(outcome.output.contains("BUILD             TIMED_OUT"))
        #expect(outcome.output.contains("\nbuild TIMED_OUT in "))
        #expect(try !isAlive(directory.read("pid")))
    }

    @Test func `a daemon in another session ends with the build`() async throws {
        let directory = try TemporaryDirectory()
        let buildspec = """
            version: 0.2
            phases:
              build:
                commands:
                  - setsid sh -c 'echo $$ > pid; exec sleep 600' > /dev/null 2>&1 &
                  - while ! test -s pid; do sleep 0.02; done
            """
        try directory.write(buildspec, to: "buildspec.yml")
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 0)
        #expect(try !isAlive(directory.read("pid")))
    }

    @Test func `a build stops when the reader of its output closes the pipe`() async throws {
        let directory = try TemporaryDirectory()
        let buildspec = """
            version: 0.2
            phases: { build: { commands: ['yes', 'touch never'] } }
            """
        try directory.write(buildspec, to: "buildspec.yml")
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c",
                "{ \"$0\" run --cache none 2> err; echo $? > status; } | head -n 3 > /dev/null",
                BuildspecProcess.path.string,
            ],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            output: .discarded
        )
        #expect(result.terminationStatus.isSuccess)
        #expect(try directory.read("status") == "130\n")
        #expect(try directory.read("never") == nil)
        let error = try directory.read("err") ?? ""
        #expect(
            error.hasPrefix("error: the reader closed the output; the build is stopped\n")
        )
    }
}

/// Whether the process with the number in `text` runs.
private func isAlive(_ text: String?) throws -> Bool {
    let number = try #require(text?.split(separator: "\n").first.flatMap { pid_t($0) })
    guard kill(number, 0) == 0 else { return false }
    let status = try? FileDescriptor.open(FilePath("/proc/\(number)/stat"), .readOnly)
    guard let status else { return false }
    let bytes = try status.closeAfter {
        try unsafe [UInt8](unsafeUninitializedCapacity: 512) { space, count in
            count = try unsafe status.read(into: UnsafeMutableRawBufferPointer(space))
        }
    }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return fields.count > 2 && fields[2] != "Z"
}
