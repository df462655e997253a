import BuildspecSyntax
import Testing

@testable import BuildspecReports

@Suite struct CoverageTableTests {
    @Test func `a table is the same in every order of its entries`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = Generator(state: seed)
        for _ in 0..<20 {
            var table = MergeTable<TableLine>()
            var expected: [UInt32: UInt32] = [:]
            for _ in 0..<Int.random(in: 0...500, using: &generator) {
                let number = UInt32.random(in: 0..<100, using: &generator)
                let hits = UInt32.random(in: 0...3, using: &generator)
                table.add(TableLine(number: number, hits: hits))
                expected[number] = max(expected[number] ?? 0, hits)
            }
            let lines = table.merged()
            #expect(lines.map(\.number) == expected.keys.sorted(), "seed \(seed)")
            #expect(lines.allSatisfy { expected[$0.number] == $0.hits }, "seed \(seed)")
        }
    }

    @Test func `too many files are refused`() throws {
        var bounds = CoverageBounds(maxFiles: 2, maxLines: 1)
        var files = SourceFiles<Int>()
        #expect(try files.index(of: "a", new: 0, &bounds) == 0)
        #expect(try files.index(of: "b", new: 0, &bounds) == 1)
        #expect(try files.index(of: "a", new: 0, &bounds) == 0)
        #expect(throws: ContentFault("the report has more than 2 files")) {
            try files.index(of: "c", new: 0, &bounds)
        }
    }

    @Test func `too many lines are refused`() throws {
        var bounds = CoverageBounds(maxFiles: 1, maxLines: 2)
        try bounds.addLine()
        try bounds.addLine()
        #expect(throws: ContentFault("the report has more than 2 lines")) {
            try bounds.addLine()
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
