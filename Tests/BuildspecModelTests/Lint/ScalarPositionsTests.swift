import TestSupport
import Testing

@testable import BuildspecModel

/// The positions of a scalar's characters, compared with the text that libyaml reads.
@Suite(.timed) struct `Scalar positions` {
    private func scalars(_ node: Node) -> [Node] {
        if node.isAlias { return [] }
        if let items = node.items { return items.flatMap(scalars) }
        if let mapping = node.mapping { return mapping.pairs.map(\.value).flatMap(scalars) }
        return [node]
    }

    /// Checks all scalars of a text.
    ///
    /// - Returns: The number of scalars.
    private func check(_ text: [UInt8]) -> Int {
        let source = SourceText(text)
        let outcome = Composer.compose(text, source: source, limits: YAMLLimits())
        guard outcome.isComplete, let root = outcome.root else { return 0 }
        let nodes = scalars(root)
        for node in nodes {
            guard let scalar = node.scalar, !scalar.text.isEmpty else { continue }
            let found = ScalarPositions(
                of: scalar.text,
                style: scalar.style,
                range: node.range,
                in: source
            )
            #expect(found != nil, "\(String(decoding: text, as: UTF8.self).debugDescription)")
            guard let found else { continue }
            #expect(found.positions.count == scalar.text.unicodeScalars.count + 1)
            #expect(zip(found.positions, found.positions.dropFirst()).allSatisfy { $0 <= $1 })
            for (scalar, position) in zip(scalar.text.unicodeScalars, found.positions)
            where scalar.properties.isAlphabetic {
                let written = source.scalar(at: position)
                #expect(written == scalar || written == "\\")
            }
        }
        return nodes.count
    }

    @Test func `every character of the seeds has a position`() {
        #expect(Seeds.all.map { check(Array($0.utf8)) }.reduce(0, +) > 50)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `every character of generated texts has a position`(seed: UInt64) {
        var generator = YAMLGenerator(seed: seed)
        let count = (0..<300).map { _ in
            check(Array(generator.print(generator.node(depth: 4)).utf8))
        }.reduce(0, +)
        #expect(count > 300)
    }

    @Test(arguments: [
        "- |\n  a\n  b\n", "- |-\n  a\n", "- |+\n  a\n\n\n", "- >\n  a\n  b\n\n  c\n",
        "- >\n\n  a\n   b\n  c",
        "- |2\n    a\n  b\n", "- >\n  a\n\n\n    b\n\n  c\n", "- a\n  b\n\n  c", "- 'a\n  b''c'\n",
        "- \"a\\\n   b\\x41\\u00e9 \\\n\n c\"\n", "- >-\r\n  a\r\n  b\r\n",
        "- |\n  a  \n   \n  b\n",
        "- \"a  \n\t b\"", "- |\n    a\n  # no\n", "- >\n  a\n \n  b", "- !!str |\n  a\n",
        "- &x 'a'\n",
    ])
    func `every character of a scalar has a position in every style`(text: String) {
        #expect(check(Array(text.utf8)) == 1)
    }
}
