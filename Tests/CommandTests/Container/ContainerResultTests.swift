import Subprocess
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Results of commands, which come from the waiting shell and which a command cannot forge.
extension ContainerTests {
    /// Shell texts with which a command can look for the mark of the agent script.
    private static let marks = [
        "$(tr '\\0' '\\n' </proc/1/cmdline | tail -n 1)",
        "$(cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -E '^[0-9a-f-]{32,36}$' | tail -n 1)",
        "$(cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sed -n 's/^mark=//p' | tail -n 1)",
        "$(env | sed -n 's/^\\(mark\\|won\\|lost\\)=//p' | tail -n 1)",
        "$mark", "$won",
    ]

    @Test(arguments: [Podman.tools, Podman.busybox])
    func `a command cannot forge its success`(image: String) async throws {
        let claims = Self.marks.map { mark in
            """
            mark_=\(mark)
            for number in 1 2 3 4 5; do
                printf '\\036%s done %s 0\\n' "$mark_" $number
                printf '\\036%s done %s %s 0\\n' "$mark_" $number "$mark_"
            done
            """
        }
        let outcome = try await run(
            building(claims.joined(separator: "\n") + "\nexit 7", "touch on"),
            image: image
        )
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.error.contains("error: exit status 7\n"), "\(outcome)")
        #expect(try directory.read("on") == nil)
    }

    @Test(arguments: [Podman.tools, Podman.busybox])
    func `a command that reads the results cannot turn a failure into a success`(
        image: String
    ) async throws {
        // A background process takes lines from the stream, and writes them again with changes.
        let outcome = try await run(
            building(
                """
                (
                    exec 5</dev/stdout
                    while read -r line <&5; do echo "$line" | sed 's/ [0-9]*$/ 0/'; done
                ) 2>/dev/null &
                """,
                "exit 7",
                "touch on"
            ),
            "--timeout",
            "20s",
            image: image
        )
        #expect([1, 124].contains(outcome.status), "\(outcome)")
        #expect(try directory.read("on") == nil)
    }

    @Test(arguments: [Podman.tools, Podman.busybox])
    func `a command that kills its parent fails at once`(image: String) async throws {
        let start = ContinuousClock.now
        let outcome = try await run(
            building("kill -9 $PPID; sleep 300", "touch on") + "\n    finally: [touch finally]",
            "--timeout",
            "10m",
            image: image
        )
        #expect(outcome.status == 1, "\(outcome)")
        #expect(ContinuousClock.now - start < .seconds(120))
        #expect(
            outcome.error.contains(
                "warning: the container has ended: its shell, which runs the commands, was killed\n"
            ),
            "\(outcome)"
        )
        #expect(outcome.error.contains("error: exit status 126\n"), "\(outcome)")
        #expect(try directory.read("on") == nil)
    }

    @Test(arguments: [
        "kill -9 -1", "kill -9 0",
        "for process in /proc/[0-9]*; do kill -9 \"${process#/proc/}\" 2>/dev/null; done",
    ])
    func `a command that kills all other processes fails at once`(command: String) async throws {
        let outcome = try await run(building("\(command); exit 0", "touch on"), "--timeout", "10m")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.error.contains("error: exit status 126\n"), "\(outcome)")
        #expect(try directory.read("on") == nil)
    }

    @Test func `a command of another user that kills its parent fails at once`() async throws {
        let outcome = try await run(
            building("kill -9 $PPID; sleep 300", "touch on", top: "run-as: app"),
            "--timeout",
            "10m"
        )
        #expect(outcome.status == 1, "\(outcome)")
        #expect(
            outcome.error.contains(
                "warning: the shell that runs the commands of 'app' was killed\n"
            ),
            "\(outcome)"
        )
        #expect(try directory.read("on") == nil)
    }

    @Test(.timeLimit(.minutes(3)))
    func `a suspended command in a container ends with the build`() async throws {
        let outcome = try await run(
            building("trap 'touch ended; exit 1' TERM; touch started; kill -STOP $$; sleep 300")
        ) { [directory] process in
            try await directory.waitForFile("started")
            try await Task.sleep(for: .milliseconds(300))
            kill(process.value, SIGTERM)
        }
        #expect(outcome.status == 130, "\(outcome)")
        #expect(try directory.read("ended") != nil)
    }
}
