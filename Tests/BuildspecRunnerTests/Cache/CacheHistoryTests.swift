import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

@Suite(.timed) struct `Cache history` {
    private func run(
        _ outcome: CacheRun.Outcome,
        cost: Int,
        phases: Int,
        key: String = "k"
    ) -> CacheRun {
        CacheRun(
            time: 1,
            outcome: outcome,
            restoringMilliseconds: cost,
            savingMilliseconds: 0,
            phasesMilliseconds: phases,
            restoredBytes: 5,
            storedBytes: 6,
            key: key
        )
    }

    @Test func `a cache history warns only of a cache that costs more than it saves`() {
        let miss = run(.miss, cost: 100, phases: 10_000)
        let good = run(.exact, cost: 2_000, phases: 3_000)
        let bad = run(.fallback, cost: 5_000, phases: 9_000)
        #expect(CacheHistory(runs: [miss, bad, bad]).warning == nil, "too early to say")
        #expect(CacheHistory(runs: [bad, bad, bad]).warning == nil, "nothing to compare with")
        #expect(CacheHistory(runs: [miss, good, good, good]).warning == nil)
        #expect(
            CacheHistory(runs: [miss, bad, bad, bad]).warning
                == "does not pay: a hit costs 5.0 s and makes the phases 1.0 s faster "
                + "(3 with and 1 without); see 'buildspec cache stats'"
        )
        let slow = run(.exact, cost: 600, phases: 11_000)
        #expect(
            CacheHistory(runs: [miss, slow, slow, slow]).warning?
                .contains("does not make the phases faster") == true
        )
        let never = Array(repeating: run(.miss, cost: 1_000, phases: 1), count: 5)
        #expect(CacheHistory(runs: never).warning?.contains("never restored") == true)
    }

    @Test func `a cache history sums up the time that was spent and saved`() {
        let history = CacheHistory(runs: [
            run(.miss, cost: 100, phases: 10_000), run(.exact, cost: 200, phases: 4_000),
            run(.fallback, cost: 300, phases: 7_000),
        ])
        #expect(history.spentMilliseconds == 600)
        #expect(history.savedMilliseconds == 9_000)
        #expect(history.hits == 2)
        #expect(CacheHistory(runs: []).savedMilliseconds == nil)
    }

    @Test func `a cache history keeps the last 200 runs of builds that end at the same time`()
        async throws
    {
        let state = try TemporaryDirectory()
        let path = state.path
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<230 {
                let run = run(.exact, cost: number, phases: 1, key: "k \(number)\nx")
                tasks.addTask { _ = CacheHistory.add(run, of: "a/b", in: path) }
            }
        }
        let history = CacheHistory.read(of: "a/b", in: path)
        #expect(history.runs.count == 200)
        #expect(
            Set(history.runs.map(\.restoringMilliseconds)).count == 200,
            "every run is kept once"
        )
        #expect(history.runs.allSatisfy { $0.key == "k \($0.restoringMilliseconds)?x" })
    }

    @Test(
        arguments: [
            ("k-$(codebuild-hash-files package-lock.json)", [["package-lock.json"]]),
            (
                "$(codebuild-hash-files 'a b' \"c*\" d)-$(codebuild-hash-files e)",
                [["a b", "c*", "d"], ["e"]]
            ),
            ("$(codebuild-hash-files $FILE)", []), ("$(codebuild-hash-files \"$FILE\")", []),
            ("$(codebuild-hash-files a | cut -c 1-8)", []), ("$(codebuild-hash-files a", []),
            ("$(codebuild-hash-files )", []), ("plain", []),
        ] as [(String, [[String]])]
    )
    func `hash calls in a cache key are found if they need no shell`(
        text: String,
        calls: [[String]]
    ) {
        #expect(CacheKeyInputs.hashCalls(in: text) == calls)
    }
}
