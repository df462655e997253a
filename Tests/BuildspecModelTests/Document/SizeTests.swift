import BuildspecModel
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(1))) struct `Large files` {
    private static let head = "version: 0.2\nphases:\n  build:\n    commands:\n"

    /// Texts whose time grew, or could grow, with the square of their size.
    private static let texts: [String: String] = [
        "unknown keys": "version: 0.2\n" + (0..<40_000).map { "k\($0): b\n" }.joined(),
        "duplicate keys": "version: 0.2\nenv:\n  variables:\n"
            + String(repeating: "    A: b\n", count: 40_000),
        "a chain of builds": "version: 0.2\nbatch:\n  build-graph:\n"
            + (0..<10_000).map { "    - identifier: a\($0)\n      depend-on: [a\($0 + 1)]\n" }
            .joined(),
        "ignore comments": String(repeating: "# buildspec: ignore x\n", count: 20_000),
        "heredocs": head + "      - |\n" + String(repeating: "        cat <<A\n", count: 20_000),
        "nested substitutions": head + "      - '" + String(repeating: "$(", count: 200_000) + "'",
        "open quotes": head + String(repeating: "      - \"a\n", count: 40_000),
        "block headers": "version: 0.2\n" + String(repeating: "- |\n", count: 40_000) + "x: : y",
        "a long key": "version: 0.2\n" + String(repeating: "k", count: 500_000) + ": x\n",
        "tabs": String(repeating: "\t", count: 500_000),
    ]

    @Test(arguments: texts.keys.sorted())
    func `a large file of any kind is validated in less than 25 seconds`(name: String) throws {
        let text = try #require(Self.texts[name])
        let clock = ContinuousClock()
        let time = clock.measure { _ = Buildspec.validate(Array(text.utf8)) }
        // The limit allows for a debug build on a busy machine; quadratic time takes minutes.
        #expect(time < .seconds(25))
    }
}
