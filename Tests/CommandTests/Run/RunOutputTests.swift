import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A large output of a command.
@Suite(.timed, .timeLimit(.minutes(3)))
struct RunOutputTests {
    #if os(Linux)
        @Test func `200 MB of output pass completely, and memory does not grow`() async throws {
            let directory = try TemporaryDirectory()
            try directory.write(
                """
                version: 0.2
                phases:
                  build:
                    commands:
                      - grep VmHWM /proc/$PPID/status > before
                      - head -c 200000000 /dev/zero
                      - grep VmHWM /proc/$PPID/status > after
                """,
                to: "buildspec.yml"
            )
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: [
                    "-c", "\"$0\" run --cache none | tr -dc '\\0' | wc -c",
                    BuildspecProcess.path.string,
                ],
                environment: .custom(BuildspecProcess.environment(in: directory)),
                workingDirectory: directory.path,
                input: .none,
                output: .string(limit: 1 << 16),
                error: .discarded
            )
            #expect(result.standardOutput == "200000000\n")
            let growth = try kilobytes(in: "after", directory) - kilobytes(in: "before", directory)
            #expect(growth < 20_000)
        }

        /// Reads the number in a line such as `VmHWM:     17000 kB`.
        private func kilobytes(in file: String, _ directory: TemporaryDirectory) throws -> Int {
            let fields = try #require(try directory.read(file)).split { $0 == " " || $0 == "\t" }
            return try #require(Int(fields[1]))
        }
    #endif
}
