import BuildspecModel
import TestSupport
import Testing

@testable import BuildspecRunner

/// Decisions on retries, and limits of the search for a pattern.
@Suite(.timed, .timeLimit(.minutes(1)))
struct RetryEvaluationTests {
    private static let message =
        "Error while executing command: \(String(repeating: "word ", count: 40))! timeou t"

    @Test(arguments: [#"(\w+\s?)+timeout"#, #"((\w+\s?)+)+timeout"#])
    func `a retry pattern that takes too long counts as not found, with a warning`(pattern: String)
    {
        let evaluation = RetryEvaluation.evaluate(pattern, Self.message)
        #expect(!evaluation.isRetried)
        #expect(evaluation.warning?.contains("'\(pattern)' takes too long to look for") == true)
    }

    @Test func `a search for a retry pattern ends with its task`() async throws {
        let evaluation = await withTaskGroup(of: RetryEvaluation.self) { group in
            group.cancelAll()
            group.addTask { RetryEvaluation.evaluate(#"(\w+\s?)+timeout"#, Self.message) }
            return await group.next()
        }
        #expect(evaluation == RetryEvaluation(isRetried: false))
    }

    @Test func `an invalid retry pattern in a phase of the library is a warning`() {
        let phase = Phase(commands: located(["a"]), onFailure: .retry(count: 3, pattern: "("))
        var machine = PhaseMachine(phases: [.install: phase])
        _ = machine.next()
        _ = machine.next()
        machine.record(status: 1)
        #expect(
            machine.warning == "'(' is not a regular expression: missing closing parenthesis"
        )
    }

    @Test func `a version number is found in the output of a runtime`() {
        #expect(InstalledRuntime.version(in: "openjdk 1.8.0_392 and 17.0.1") == "1.8.0_392")
        #expect(InstalledRuntime.version(in: "v12 1. 3.12.7_x") == "3.12.7")
        #expect(InstalledRuntime.version(in: "go1.22.5 linux") == "1.22.5")
        #expect(InstalledRuntime.version(in: "12 1_2 .") == nil)
        #expect(InstalledRuntime.version(in: String(repeating: "1", count: 1 << 22)) == nil)
    }
}
