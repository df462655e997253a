import BuildspecFiles
import Testing

/// Patterns that match everything below a directory.
struct WholeTreeTests {
    @Test(arguments: [
        ("node_modules/**/*", "node_modules", true), ("node_modules/**", "node_modules", true),
        ("node_modules/**/*", "node_modules/a/b", true), ("**/.git/**/*", "x/.git", true),
        ("**/*", "x", true), ("**/**", "x", true), ("a/**/**/*", "a", true),
        ("node_modules/**/*", "src", false), ("node_modules/*", "node_modules", false),
        ("node_modules/**/*.js", "node_modules", false),
        ("node_modules/**/?", "node_modules", false),
        ("node_modules/**/a/**/*", "node_modules", false), ("node_modules", "node_modules", false),
        ("a/**/b/**/*", "a/b", true), ("a/*", "a", false), ("a/**/*/", "a", false),
    ]) func `a pattern that matches a whole tree is recognized`(
        pattern: String,
        directory: String,
        isWhole: Bool
    ) throws {
        #expect(try cursor(pattern, in: directory).matchesAllBelow == isWhole)
    }

    @Test func `a pattern that matches a whole tree matches every path below it`() throws {
        var generator = SystemRandomNumberGenerator()
        let parts = ["a", "b", "*", "**", "a*", "?", ".git"]
        var wholes = 0
        for _ in 0..<3_000 {
            let names = (1...3).map { _ in
                ["a", "b", ".git"].randomElement(using: &generator) ?? "a"
            }
            let pattern = (0..<Int.random(in: 1...5, using: &generator))
                .map { _ in parts.randomElement(using: &generator) ?? "*" }.joined(separator: "/")
            let whole = try cursor(pattern, in: names.joined(separator: "/"))
            guard whole.matchesAllBelow else { continue }
            wholes += 1
            let parsed = try #require(FilePattern.parse(pattern).first)
            for rest in ["x", ".x", "x/y", "a/b/c/d"] {
                let path = (names + [rest]).joined(separator: "/")
                #expect(parsed.matches(PathBytes(path)), "\(pattern) \(path)")
            }
        }
        #expect(wholes > 100)
    }

    private func cursor(_ pattern: String, in directory: String) throws -> PatternCursor {
        var cursor = PatternCursor(try #require(FilePattern.parse(pattern).first))
        for name in PathBytes(directory).components { cursor.descend(into: name) }
        return cursor
    }
}
