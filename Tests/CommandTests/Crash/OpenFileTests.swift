import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Builds with a low limit of open files.
@Suite(.timed, .timeLimit(.minutes(5)))
struct OpenFileTests {
    @Test(arguments: 3...40)
    func `a build never hangs or crashes at a limit of open files`(limit: Int) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['echo one', 'echo two']}}
            """,
            to: "buildspec.yml"
        )
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                // After 'ulimit', the shell itself cannot redirect a file.
                "-c", "exec 2>&1; ulimit -n \(limit); exec \"$0\" run --cache none",
                BuildspecProcess.path.string,
            ],
            environment: .custom(BuildspecProcess.environment(in: directory)),
            workingDirectory: directory.path,
            input: .none,
            output: .string(limit: 1 << 20)
        )
        let output = result.standardOutput
        guard case .exited(let status) = result.terminationStatus else {
            Issue.record("\(limit): \(result.terminationStatus), \(output)")
            return
        }
        #expect([0, 1, 2, 127].contains(status), "\(limit): \(output)")
        #expect(
            !output.contains("Backtrac") && !output.contains("Fatal error"),
            "\(limit): \(output)"
        )
        // Every error about the limit has the remedy.
        for line in output.split(separator: "\n") where line.contains("oo many open files") {
            #expect(line.contains("ulimit -n"), "\(limit): \(line)")
        }
        switch status {
        case 0: #expect(output.contains("build SUCCEEDED"))
        case 1: #expect(output.contains("error: exit status 126"), "\(limit): \(output)")
        default: #expect(!output.isEmpty)
        }
        if limit == 40 { #expect(status == 0, "\(output)") }
    }
}
