import BuildspecModel
import TestSupport
import Testing

/// Paths that mean something else than they seem to mean; see docs/patterns.md.
@Suite(.timed) struct PathTests {
    @Test(arguments: [
        (
            "\"nm/**/*\"", "quoted-path",
            "the quotes are part of the name \"nm/**/*\"; write 'nm/**/*'"
        ),
        ("'a'", "quoted-path", "the quotes are part of the name 'a'; write 'a'"),
        (
            "nm/**/* ", "blank-path",
            "the blank after 'nm/**/*' is part of the name; write 'nm/**/*'"
        ),
        ("\ta", "blank-path", "the blank before 'a' is part of the name; write 'a'"),
        ("a\n", "blank-path", "the blank after 'a' is part of the name; write 'a'"),
        (
            "nm /**/*", "blank-path",
            "the blank after 'nm' is part of the name; write 'nm/**/*'"
        ),
        ("a/ b/ c", "blank-path", "the blank before 'b/c' is part of the name; write 'a/b/c'"),
        (
            "nm/**/*,", "blank-path",
            "the comma after 'nm/**/*' is part of the name; write 'nm/**/*'"
        ),
        (
            "\"nm/x\",", "blank-path",
            "the comma after '\"nm/x\"' is part of the name; write 'nm/x'"
        ),
        (
            "\"nm/**/*", "quoted-path",
            "the quote is part of the name \"nm/**/*; write 'nm/**/*'"
        ),
        ("nm/x\u{201D}", "quoted-path", "the quote is part of the name nm/x\u{201D}; write 'nm/x'"),
        ("a/'b/c", "quoted-path", "the quote is part of the name a/'b/c; write 'a/b/c'"),
        (
            "$(pwd)/x", "path-expansion",
            "no command runs in the path '$(pwd)/x'; paths start at 'base-directory', or else at the"
                + " source root, so write 'x'"
        ),
        (
            "`pwd`/x", "path-expansion",
            "no command runs in the path '`pwd`/x'; paths start at 'base-directory', or else at the"
                + " source root, so write 'x'"
        ),
        (
            "$(npm root)", "path-expansion",
            "no command runs in the path '$(npm root)'; put the path into a variable and write '$NAME'"
        ),
        (
            "${A:-b}/x", "path-expansion",
            "in the path '${A:-b}/x' only '$NAME' and '${NAME}' are replaced; give the variable its"
                + " value under 'env' and write '${NAME}'"
        ),
        (
            "C:\\x", "backslash-path",
            "in the path 'C:\\x' 'C:' is not a drive here and '\\' is not a slash; write 'x'"
        ),
        (
            "dir\\sub\\*.o", "backslash-path",
            "in the path 'dir\\sub\\*.o' a '\\' makes the next character literal and is not a slash;"
                + " write 'dir/sub/*.o'"
        ),
        ("~/x", "tilde-path", "'~' is not replaced in a path; write '$HOME/x'"),
        (
            "~root/x", "tilde-path",
            "'~root' is not replaced in a path; write the path of the home directory"
        ),
        (
            "\"nm\"/**/*", "quoted-path",
            "the quotes are part of the name \"nm\"/**/*; write 'nm/**/*'"
        ),
        (
            "\u{201C}nm/x\u{201D}", "quoted-path",
            "the quotes are part of the name \u{201C}nm/x\u{201D}; write 'nm/x'"
        ),
        ("  ", "blank-path", "the path '  ' names no file; leave it out"),
        (
            "nm\\**\\*", "backslash-path",
            "in the path 'nm\\**\\*' a '\\' makes the next character literal and is not a slash; write"
                + " 'nm/**/*'"
        ),
        (
            "custom\\**", "backslash-path",
            "in the path 'custom\\**' a '\\' makes the next character literal and is not a slash; write"
                + " 'custom/**'"
        ),
        (
            "!x", "negated-path",
            "'!x' excludes nothing, because it is a name that begins with '!'; write 'x' under"
                + " 'exclude-paths'"
        ),
    ])
    func `a path that a shell would read otherwise is a warning with a correction`(
        path: String,
        name: String,
        message: String
    ) {
        let found = PathOddity.all(in: path, .output)
        #expect(found.map(\.name.rawValue) == [name])
        #expect(found.map(\.message) == [message])
        let quoted =
            "\""
            + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n").replacing("\t", with: "\\t") + "\""
        for section in [
            "cache: {paths: [\(quoted)]}", "artifacts: {files: [\(quoted)]}",
            "artifacts: {files: [x], exclude-paths: [\(quoted)]}",
            "artifacts: {files: [x], base-directory: \(quoted)}",
            "artifacts: {files: [x], secondary-artifacts: {a: {files: [\(quoted)]}}}",
            "reports: {a: {files: [\(quoted)]}}",
            "reports: {a: {files: [x], base-directory: \(quoted)}}",
        ] {
            let text = "version: 0.2\nphases: {}\n\(section)\n"
            let names = Buildspec.parse(Array(text.utf8)).diagnostics.map(\.name)
            #expect(names == [name], "\(section)")
        }
    }

    @Test(arguments: [
        "nm/**/*", "$HOME/.m2", "${HOME}/.m2", "pages/\\[slug\\]", "\\{a\\,b\\}", "\\!x", "\\~x",
        "a b/c",
        "a\\ ", "x!", "a~b", "/root/.m2/**/*", "it's", "\"a\"b\"c", "*\\**", "a\\?", "a\\*",
        "l'\u{E9}t\u{2019}s", "${A}${B}", "a\\ /b", "{a,b}", "a,b/c", "a\\,", "it's/x", "\\\"a/b",
    ])
    func `a path that means what it seems to mean has no warning`(path: String) {
        #expect(PathOddity.all(in: path, .cache).isEmpty)
        // Another test has names of directories, which exclude nothing.
        let excluded = PathOddity.all(in: path, .exclusion).filter { $0.name != .excludedDirectory }
        #expect(excluded.isEmpty)
    }

    @Test func `the correction of a cache path does not include the sources`() {
        for (path, message) in [
            (
                "$(pwd)/**/*",
                "no command runs in the path '$(pwd)/**/*'; name what the build makes, such as"
                    + " 'node_modules/**/*'"
            ),
            (
                "$(pwd)",
                "no command runs in the path '$(pwd)'; name what the build makes, such as"
                    + " 'node_modules/**/*'"
            ),
            (
                "$(pwd)/nm",
                "no command runs in the path '$(pwd)/nm'; paths start at the source root, so write"
                    + " 'nm'"
            ),
            ("~/x", "'~' is not replaced in a cache path; write '$HOME/x'"),
        ] {
            #expect(PathOddity.all(in: path, .cache).map(\.message) == [message])
        }
        #expect(PathOddity.all(in: "", .exclusion).map(\.name) == [.blankPath])
    }

    @Test(arguments: [
        ".", "", "./.", "$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}/", "$PWD/.", "..", "../..",
        "foo/..",
        "/", "/**/*", "/*", "../**", "../*", "/codebuild/output/src/src", "{.,..}", "{a,b}/..",
    ])
    func `a cache path that is the source root, or a directory above it, is recognized`(
        path: String
    ) {
        #expect(CacheSection.isRoot(path))
        #expect(!CacheSection.includesSources(path))
    }

    @Test(arguments: [
        "**/*", "*", ".*", ".git", "{a,.git}", "[.]git", "[!a]git", ".g[a-z]t", "foo/../**/*",
        "{src,lib}/../**/*", "/codebuild/output/src/src/**/*", "$CODEBUILD_SRC_DIR/**/*", "?git/x",
        "${PWD}/*", "\\.git",
    ])
    func `a cache path that includes sources is recognized in every spelling`(path: String) {
        #expect(CacheSection.includesSources(path))
        #expect(!CacheSection.isRoot(path))
    }

    @Test(arguments: [
        "nm/**/*", "[.]gitx", "../r1/x", "*/nm/**", "$HOME/**/*x", "/root/.m2", "[ab]git",
        "foo/..x",
    ])
    func `a cache path to another directory does not include the sources`(path: String) {
        #expect(!CacheSection.includesSources(path) && !CacheSection.isRoot(path))
    }

    @Test(arguments: [
        ("node_modules", "node_modules"), ("node_modules/", "node_modules"), (".git", ".git"),
        ("**/node_modules", "**/node_modules"), ("my-dir/", "my-dir"),
    ])
    func `an excluded directory without a pattern is a warning`(path: String, written: String) {
        #expect(
            PathOddity.all(in: path, .exclusion).map(\.message) == [
                "'\(path)' leaves out no file in a directory of that name; write '\(written)/**/*'"
            ]
        )
        #expect(PathOddity.all(in: path, .output).isEmpty)
        #expect(PathOddity.all(in: path + "/**/*", .exclusion).isEmpty)
    }

    @Test(arguments: [
        ("!x", PathOddity.Use.output, "write 'x' under 'exclude-paths'"),
        ("!node_modules", .output, "write 'node_modules/**/*' under 'exclude-paths'"),
        ("!x", .report, "name the files to keep"),
        ("!src", .base, "name the directory with the files"),
        ("$(pwd)/x", .base, "paths start at the source root, so write 'x'"),
        ("$(pwd)", .base, "leave it out, because it is the source root"),
        (
            "$(pwd)/x", .report,
            "paths start at 'base-directory', or else at the source root, so write 'x'"
        ),
        ("`pwd`", .report, "name the files"),
        ("\"node_modules\"", .exclusion, "write 'node_modules/**/*'"),
        ("src/ ", .exclusion, "write 'src/**/*'"),
    ])
    func `the correction of a path fits where the path stands`(
        path: String,
        use: PathOddity.Use,
        remedy: String
    ) {
        let messages = PathOddity.all(in: path, use).map(\.message)
        #expect(messages.count == 1 && messages[0].hasSuffix("; \(remedy)"), "\(messages)")
    }

    @Test func `an empty cache key is an error, and an empty fallback key is a warning`() {
        let text =
            "version: 0.2\nphases: {}\ncache: {key: ' ', fallback-keys: [a, '', ' '], paths: [x]}\n"
        let found = Buildspec.parse(Array(text.utf8)).diagnostics
        #expect(found.map(\.name) == ["empty-key", "fallback-keys", "fallback-keys"])
        #expect(found.map(\.severity) == [.error, .warning, .warning])
    }
}
