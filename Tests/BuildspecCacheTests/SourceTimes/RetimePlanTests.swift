import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Plans with times in minutes; the entry was saved at 100, and the current time is 200.
@Suite(.timed) struct `Retime plans` {
    /// Returns a source with its time and its state compared with the record.
    private func source(
        _ name: String,
        at minute: Int64,
        _ state: RetimePlan.State,
        links: UInt64 = 1
    ) -> RetimePlan.Source {
        RetimePlan.Source(
            path: PathBytes(name),
            modified: time(minute),
            linkCount: links,
            state: state
        )
    }

    private func time(_ minute: Int64) -> FileTime {
        FileTime(seconds: minute * 60, nanoseconds: 5)
    }

    private func plan(
        _ sources: [RetimePlan.Source],
        now: Int64 = 200,
        keepsOrder: Bool = false,
        backdating: RetimePlan.Backdating = .allowed,
        outputs: [Int64] = []
    ) -> RetimePlan {
        var plan = RetimePlan(sources, saved: time(100), now: time(now), keepsOrder: keepsOrder)
        let outputs = outputs.map {
            RetimePlan.Output(path: PathBytes("out\($0)"), modified: time($0))
        }
        plan.backdate(plan.tooNew, backdating, outputs: outputs)
        return plan
    }

    @Test func `a plan restores the times of unchanged files and leaves new files alone`() {
        let plan = plan([
            source("newer", at: 150, .unchanged(recorded: time(50))),
            source("older", at: 20, .unchanged(recorded: time(50))),
            source("equal", at: 50, .unchanged(recorded: time(50))),
            source("added", at: 150, .changed(recorded: nil)),
            source("edited", at: 150, .changed(recorded: time(50))),
        ])
        #expect(plan.times == [0: time(50), 1: time(50)])
        #expect(plan.report.unchanged == 3)
        #expect(plan.report.changed == 2)
        #expect(plan.report.notRestored + plan.report.renewed == 0)
    }

    @Test(arguments: [nil, 30, 50, 120] as [Int64?])
    func `a plan makes every changed file newer than the entry`(then: Int64?) {
        for minute: Int64 in [0, 30, 99, 100] {
            let plan = plan([source("a", at: minute, .changed(recorded: then.map(time)))])
            #expect(plan.times == [0: time(200)], "a file of minute \(minute)")
            #expect(plan.report.renewed == 1)
        }
        // The file can have changed right after the save, and again later with that time.
        let equal = plan([source("a", at: 120, .changed(recorded: time(120)))])
        #expect(equal.times == [0: time(200)])
    }

    @Test func `a plan keeps the order of the files that it makes new`() throws {
        let plan = plan([
            source("c", at: 30, .changed(recorded: nil)),
            source("a", at: 10, .changed(recorded: nil)),
            source("b", at: 30, .changed(recorded: nil)),
            source("d", at: 60, .changed(recorded: nil)),
        ])
        let times = try (0..<4).map { try #require(plan.times[$0]) }
        #expect(times[1] < times[0])
        #expect(times[0] == times[2])
        #expect(times[2] < times[3])
    }

    @Test func `a plan exceeds a time ahead of the clock, but by a day at most`() throws {
        let ahead = plan([source("a", at: 10, .changed(recorded: nil))], now: 90)
        #expect(try #require(ahead.times[0]) > time(100))
        #expect(ahead.notes.isEmpty)
        let future = plan([source("a", at: 10, .changed(recorded: time(1 << 40)))])
        let day: Int64 = 24 * 60
        #expect(try #require(future.times[0]) < time(200 + day + 1))
        #expect(future.notes.count == 1)
    }

    @Test(arguments: [(40, true), (50, false), (100, false), (150, false), (151, true)])
    func `a plan makes no file older that an output can be made from`(
        output: Int64,
        isRestored: Bool
    ) {
        let plan = plan(
            [source("a", at: 150, .unchanged(recorded: time(50)))],
            outputs: [1, output, 900]
        )
        #expect(plan.times == (isRestored ? [0: time(50)] : [:]))
        #expect(plan.report.notRestored == (isRestored ? 0 : 1))
        #expect(plan.notes.count == (isRestored ? 0 : 1))
        // A newer time never hides a change.
        let newer = self.plan(
            [source("a", at: 20, .unchanged(recorded: time(50)))],
            outputs: [output]
        )
        #expect(newer.times == [0: time(50)])
    }

    @Test func `a plan leaves a file with several names alone unless it looks too old`() {
        let plan = plan([
            source("a", at: 150, .unchanged(recorded: time(50)), links: 2),
            source("b", at: 20, .unchanged(recorded: time(50)), links: 2),
            source("c", at: 20, .changed(recorded: time(50)), links: 2),
        ])
        #expect(plan.times == [2: time(200)])
    }

    @Test func `a plan renews all newer files with a file if some can be outputs`() throws {
        let sources = [
            source("output", at: 30, .changed(recorded: time(40))),
            source("its source", at: 35, .unchanged(recorded: time(35))),
            source("other", at: 20, .unchanged(recorded: time(20))),
        ]
        let reason = RetimePlan.Backdating.refused(because: "of this")
        let plan = plan(sources, keepsOrder: true, backdating: reason)
        let output = try #require(plan.times[0])
        let source = try #require(plan.times[1])
        #expect(output < source)
        #expect(plan.times[2] == nil)
    }
}
