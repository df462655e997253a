import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// The failure table with the built command and real shells.
///
/// CodeBuild user guide, "Build specification reference": phases, finally, on-failure; "Build phase
/// transitions".
@Suite(.timed, .timeLimit(.minutes(5)))
struct RunPhasesTests {
    @Test(arguments: TestScope.isFull ? PhaseRow.all : PhaseRow.some)
    func `a build with real shells follows the failure table`(row: PhaseRow) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(row.yaml, to: "buildspec.yml")
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--artifacts", "out"],
            in: directory
        )
        let trace = try directory.read("trace") ?? ""
        #expect(trace.split(separator: "\n").map(String.init) == row.expectedCommands)
        #expect(outcome.status == (row.expectedState == .succeeded ? 0 : 1))
        #expect(outcome.states == row.expectedStates)
        #expect((try directory.read("out/trace") != nil) == row.expectsArtifacts)
    }

    @Test(arguments: [
        "'RETRY-2-(\\w+\\s?)+timeout'", #""RETRY-((\\w+\\s?)+)+timeout""#,
    ])
    func `a retry pattern that takes too long does not delay the build`(rule: String) async throws {
        let directory = try TemporaryDirectory()
        let words = String(repeating: "word ", count: 40)
        try directory.write(
            """
            version: 0.2
            phases:
              build:
                on-failure: \(rule)
                commands: ['echo tried >> tries; false \(words)! timeou t']
                finally: [touch finally]

            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(["run", "--cache", "none"], in: directory)
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.error.contains("warning: on-failure: the pattern '("), "\(outcome)")
        #expect(outcome.error.contains("takes too long to look for, so it counts as not found"))
        #expect(try directory.read("tries") == "tried\n")
        #expect(try directory.read("finally") != nil)
    }
}

extension BuildspecProcess.Outcome {
    /// The states of the four phases in the final table.
    fileprivate var states: [PhaseState] {
        let lines = output.split(separator: "\n")
        return PhaseName.allCases.compactMap { name in
            let row = lines.last { $0.hasPrefix(name.upperCased + " ") }
            let words = row?.split(separator: " ") ?? []
            return words.count > 1 ? PhaseState(rawValue: String(words[1])) : nil
        }
    }
}

extension PhaseRow {
    /// The row as a buildspec whose commands write their names into the file `trace`.
    fileprivate var yaml: String {
        var text = "version: 0.2\nphases:\n"
        for (name, phase) in phases.sorted(by: { $0.key < $1.key }) {
            text += "  \(name.rawValue):\n"
            if name == self.phase, rule != .unset { text += "    on-failure: \(onFailureText)\n" }
            text += "    commands:\n" + phase.commands.map(item).joined()
            if !phase.finally.isEmpty {
                text += "    finally:\n" + phase.finally.map(item).joined()
            }
        }
        return text + "artifacts:\n  files: [trace]\n"
    }

    private var onFailureText: String {
        switch rule {
        case .unset: ""
        case .abort: "ABORT"
        case .continue: "CONTINUE"
        case .retry: "RETRY-1"
        }
    }

    private func item(_ command: Located<String>) -> String {
        let name = command.value
        let fails = failing.contains(name) ? "; exit 7" : ""
        return "      - echo \(name) >> \"$CODEBUILD_SRC_DIR/trace\"\(fails)\n"
    }
}
