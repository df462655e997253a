import BuildspecFiles
import TestSupport
import Testing

@Suite(.timed) struct `File patterns` {
    @Test(arguments: [
        ("name", "name", true), ("name", "names", false), ("name", "dir/name", false),
        ("*", "a", true), ("*", ".hidden", true), ("*", "a/b", false),
        ("dir/*", "dir/a", true), ("dir/*", "dir/a/b", false), ("dir/*", "dir", false),
        ("**/*", "a", true), ("**/*", "a/b/c", true),
        ("dir/**/*", "dir/a", true), ("dir/**/*", "dir/a/b", true), ("dir/**/*", "dir", false),
        ("dir/**", "dir/a/b", true), ("dir/**", "dir", false),
        ("**/*.jar", "x.jar", true), ("**/*.jar", "a/b/x.jar", true),
        ("**/*.jar", "a/x.jar/y", false),
        ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "a/b/zz", false),
        ("*/my-file-3.txt", "d/my-file-3.txt", true), ("*/my-file-3.txt", "my-file-3.txt", false),
        ("**/.*", "a/.git", true), ("**/.*", "a/git", false),
        ("?.c", "a.c", true), ("?.c", "ab.c", false), ("?.c", "ü.c", true),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[!a-c]x", "dx", true),
        ("[]a]x", "]x", true), ("[", "[", true), ("a[", "a[", true),
        ("a\\*b", "a*b", true), ("a\\*b", "axb", false),
        ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
        ("{a,b}.txt", "b.txt", true), ("{a,b}.txt", "c.txt", false), ("{x/y,z}/1", "x/y/1", true),
        ("{a,{b,c}}d", "cd", true), ("{a}", "{a}", true), ("a{,b}", "a", true),
        ("./dir//a", "dir/a", true), ("dir/../other", "other", true), ("/abs/*", "/abs/x", true),
        ("/abs/*", "abs/x", false), ("a**", "ab", true), ("**.*", "x.y", true),
    ])
    func `a pattern matches the expected paths and no others`(
        pattern: String,
        path: String,
        matches: Bool
    ) {
        let found = FilePattern.parse(pattern).contains { $0.matches(PathBytes(path)) }
        #expect(found == matches)
    }

    @Test func `a byte that is not UTF-8 counts as one character`() {
        let name = PathBytes([0xFF, UInt8(ascii: "a")])
        #expect(FilePattern.parse("?a").contains { $0.matches(name) })
        #expect(!FilePattern.parse("a").contains { $0.matches(name) })
    }

    @Test func `a pattern with many wildcards is matched in little time`() {
        let pattern = String(repeating: "*a", count: 40) + "b"
        let path = PathBytes(String(repeating: "a", count: 2_000))
        #expect(!FilePattern.parse(pattern)[0].matches(path))
        let deep = PathBytes(Array(repeating: "d", count: 300).joined(separator: "/"))
        let stars = Array(repeating: "**", count: 60).joined(separator: "/") + "/x"
        #expect(!FilePattern.parse(stars)[0].matches(deep))
    }

    @Test func `nested braces expand to at most 1024 patterns`() {
        let bomb = String(repeating: "{a,b}", count: 40)
        #expect(FilePattern.parse(bomb).count <= 1_024)
    }
}

@Suite(.timed) struct `Path sets` {
    private let root = PathBytes("/src/project")

    @Test(arguments: [
        (["a"], "a/b/c", true), (["a/**/*"], "a", true), (["a/**/*"], "a/b", true),
        (["a/*"], "a", false), (["a/*"], "a/b/c", true), (["**/*.o"], "x/y.o", true),
        (["**/*.o"], "x/y.c", false), (["**/*"], "anything/at/all", true),
        (["/abs/**/*"], "/abs/x", true), (["/abs/**/*"], "abs/x", false),
        (["/src/project/a/**/*"], "a/x", true), (["../other/*"], "/src/other/x", true),
        (["a", "b"], "c", false), ([], "a", false), ([""], "a", false),
    ])
    func `a path set contains the paths that its patterns match`(
        patterns: [String],
        path: String,
        contains: Bool
    ) {
        let set = PathSet(patterns, root: root)
        #expect(set.contains(PathBytes(path), isDirectory: true) == contains)
    }

    @Test(arguments: [
        (["a", "b"], ["b", "a"]), (["a"], ["a/**/*"]), (["a/"], ["./a/**"]),
        (["a"], ["/src/project/a"]), (["a", "a"], ["a"]), (["{a,b}"], ["a", "b"]),
    ])
    func `equivalent patterns make equal path sets`(left: [String], right: [String]) {
        let left = PathSet(left, root: root).canonicalTexts
        #expect(left == PathSet(right, root: root).canonicalTexts)
    }

    @Test(arguments: [
        ("", true), (".", true), ("./", true), ("a/..", true), ("{.,}", true), ("/", false),
        ("..", false), ("**", false), ("{.,a}", false),
    ])
    func `a pattern that is the root itself is recognized`(pattern: String, namesNothing: Bool) {
        #expect(FilePattern.parse(pattern).allSatisfy(\.isRoot) == namesNothing)
    }

    private static let formerTexts: [([String], [String], [String]?)] = [
        (["packages/*/**/*"], ["./packages/*/**"], ["./packages/*"]),
        (
            ["packages/*/**/*", "packages/*"], ["./packages/*", "./packages/*/**"], ["./packages/*"]
        ),
        (["*/**"], ["./*/**"], ["./*"]), (["/abs/[ab]/"], ["/abs/[ab]/**"], ["/abs/[ab]"]),
        (["node_modules/**/*"], ["./node_modules"], nil), (["**/*"], ["./"], nil),
        (["packages/*"], ["./packages/*"], nil), (["a\\[b\\]/**"], ["./a\\[b\\]"], nil),
    ]

    @Test(arguments: formerTexts)
    func `a path set has a former text only if that meant something else`(
        patterns: [String],
        canonical: [String],
        former: [String]?
    ) {
        let set = PathSet(patterns, root: root)
        #expect(set.canonicalTexts == canonical)
        #expect(set.formerTexts == former)
    }

    @Test func `different patterns make different path sets`() {
        let left = PathSet(["a/*"], root: root).canonicalTexts
        #expect(left != PathSet(["a"], root: root).canonicalTexts)
    }
}
