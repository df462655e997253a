import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// CodeBuild user guide, "Build specification reference": phases, finally, on-failure; "Build phase
/// transitions".
@Suite(.timed) struct PhaseMachineTests {
    @Test(arguments: PhaseRow.all)
    func `a phase machine follows the failure table`(row: PhaseRow) {
        let trace = Trace(row.phases, failing: row.failing)
        #expect(trace.commands == row.expectedCommands)
        #expect(trace.states == row.expectedStates)
        #expect(trace.state == row.expectedState)
        #expect(trace.collectsArtifacts == row.expectsArtifacts)
    }

    @Test func `neither a phase nor a build has the state FAULT`() {
        #expect(PhaseState(rawValue: "STOPPED") == .stopped)
        #expect(PhaseState(rawValue: "FAULT") == nil && BuildState(rawValue: "FAULT") == nil)
    }

    @Test func `an empty buildspec enters and leaves all four phases`() {
        let trace = Trace([:], failing: [])
        #expect(trace.states == [.succeeded, .succeeded, .succeeded, .succeeded])
        #expect(trace.state == .succeeded)
        #expect(trace.collectsArtifacts)
    }

    @Test func `commands stop at the first failure, and so does finally`() {
        let phase = Phase(
            commands: located(["a", "b", "c"]),
            finally: located(["x", "y", "z"])
        )
        let trace = Trace([.build: phase], failing: ["b", "y"])
        #expect(trace.commands == ["a", "b", "x", "y"])
    }

    @Test func `the reason of a failed phase is its first failure`() {
        let phase = Phase(commands: located(["a"]), finally: located(["x"]))
        let trace = Trace([.build: phase], failing: ["a", "x"])
        #expect(trace.failures.map(\.command.text.value) == ["a"])
        #expect(
            trace.failures.map(\.message) == [
                "Error while executing command: a. Reason: exit status 7"
            ]
        )
    }

    @Test func `the finally of a failed phase knows that the build fails`() {
        let phase = Phase(commands: located(["a"]), finally: located(["x"]))
        let trace = Trace(
            [.build: phase, .postBuild: Phase(commands: located(["p"]))],
            failing: ["a"]
        )
        #expect(trace.succeeding == ["a": true, "x": false, "p": false])
    }

    @Test func `a retry runs the phase's commands again, and finally runs once`() {
        let phase = Phase(
            commands: located(["a", "b"]),
            finally: located(["x"]),
            onFailure: .retry(count: 2, pattern: ".*")
        )
        let trace = Trace([.build: phase], failing: ["b"])
        #expect(trace.commands == ["a", "b", "a", "b", "a", "b", "x"])
        #expect(trace.retries == [1, 2])
        #expect(trace.state == .failed)
    }

    @Test func `a retry that succeeds leaves a phase and a build that succeeded`() {
        let phase = Phase(commands: located(["a"]), onFailure: .retry(count: 3, pattern: ".*"))
        let trace = Trace([.install: phase], failing: ["a"], times: 2)
        #expect(trace.commands == ["a", "a", "a"])
        #expect(trace.state == .succeeded)
        #expect(trace.states == [.succeeded, .succeeded, .succeeded, .succeeded])
    }

    @Test(arguments: [
        (".*", 3), ("exit status 7", 3), ("status [0-9]$", 3), ("^exit", 0), ("timeout", 0),
        ("(", 0),
    ])
    func `a phase is retried only if its error message matches`(pattern: String, retries: Int) {
        let phase = Phase(commands: located(["a"]), onFailure: .retry(count: 3, pattern: pattern))
        let trace = Trace([.build: phase], failing: ["a"])
        #expect(trace.retries.count == retries)
    }

    @Test func `a failing finally is not retried`() {
        let phase = Phase(
            commands: located(["a"]),
            finally: located(["x"]),
            onFailure: .retry(count: 3, pattern: ".*")
        )
        #expect(Trace([.build: phase], failing: ["x"]).commands == ["a", "x"])
    }

    @Test func `phases that are not selected are skipped`() {
        let phases: [PhaseName: Phase] = [
            .install: Phase(commands: located(["i"])), .build: Phase(commands: located(["b"])),
        ]
        let trace = Trace(phases, failing: [], selection: [.build])
        #expect(trace.commands == ["b"])
        #expect(trace.states == [.skipped, .skipped, .succeeded, .skipped])
        #expect(trace.state == .succeeded)
    }

    @Test(arguments: [
        (StopReason.stopped, PhaseState.stopped, BuildState.stopped),
        (.timedOut, .timedOut, .timedOut),
    ])
    func `a stop ends the phase and skips the later ones`(
        reason: StopReason,
        phase: PhaseState,
        build: BuildState
    ) {
        let phases: [PhaseName: Phase] = [
            .preBuild: Phase(commands: located(["a", "b"]), finally: located(["x"])),
            .postBuild: Phase(commands: located(["p"])),
        ]
        let trace = Trace(phases, failing: [], stopAt: "a", reason)
        #expect(trace.commands == ["a"])
        #expect(trace.states == [.succeeded, phase, .skipped, .skipped])
        #expect(trace.state == build)
        #expect(!trace.collectsArtifacts)
    }
}
