import SystemPackage
import TestSupport
import Testing

@testable import buildspec

#if os(Linux)
    /// Output files that cannot be written after the build has started.
    struct LostOutputTests {
        @Test func `a log that cannot be written stops the build with the reason`() async throws {
            let directory = try TemporaryDirectory()
            let file = try FileDescriptor.open(
                directory.file("err"),
                .writeOnly,
                options: .create,
                permissions: .ownerReadWrite
            )
            // Every write to this device fails as on a full disk.
            let full = try FileDescriptor.open(FilePath("/dev/full"), .writeOnly)
            await confirmation { stopped in
                let log = LogWriter(StandardStream(full), StandardStream(file)) {
                    stopped()
                }
                log.print("one")
                log.print("two")
            }
            try full.close()
            try file.close()
            #expect(
                try directory.read("err")
                    == "error: cannot write the output: No space left on device; the build is "
                    + "stopped\n"
            )
        }

        @Test func `exported variables that cannot be written fail a successful build`()
            async throws
        {
            let directory = try TemporaryDirectory()
            try directory.write(
                """
                version: 0.2
                env: {exported-variables: [A]}
                phases: {build: {commands: [A=1]}}
                """,
                to: "buildspec.yml"
            )
            let outcome = try await BuildspecProcess.run(
                ["run", "--cache", "none", "--exports", "/dev/full"],
                in: directory
            )
            #expect(outcome.status == 1)
            #expect(
                outcome.error.hasSuffix(
                    "error: --exports: cannot write '/dev/full': No space left on device\n"
                )
            )
        }
    }
#endif
