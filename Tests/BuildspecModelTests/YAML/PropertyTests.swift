import TestSupport
import Testing

@testable import BuildspecModel

@Suite(.timed) struct `YAML round trips` {
    @Test(arguments: TestScope.seeds(40))
    func `a printed tree is read back the same in every style`(seed: UInt64) {
        var generator = YAMLGenerator(seed: seed)
        for _ in 0..<50 {
            let node = generator.node(depth: 4)
            let text = generator.print(node)
            #expect(treeText(of: Array(text.utf8)) == node.treeText, "seed \(seed):\n\(text)")
        }
    }

    @Test(arguments: 100..<120 as Range<UInt64>)
    func `every finding in a randomly changed file is within the text`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let bytes = Array(random.pick(Seeds.all).utf8).mutated(using: &random)
            let result = Buildspec.validate(bytes)
            for finding in result.diagnostics {
                #expect(finding.range.start.line >= 1 && finding.range.start.column >= 1)
                #expect(finding.range.start.line <= result.source.lineCount, "\(finding)")
                #expect(finding.range.start <= finding.range.end, "\(finding)")
                #expect(!finding.message.contains("\n"))
            }
            let parsed = Buildspec.parse(bytes, options: ParseOptions(startsBatch: true))
            let hasErrors = parsed.diagnostics.contains { $0.severity == .error }
            #expect((parsed.buildspec == nil) == hasErrors)
        }
    }
}
