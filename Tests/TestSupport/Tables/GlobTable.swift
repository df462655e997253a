/// A pattern and the files that it matches in one tree.
///
/// Artifacts, caches and hashes are all tested with the same table, because they share one language.
///
/// Sources: CodeBuild user guide, "Build specification reference", artifacts/files and exclude-paths;
/// docs/patterns.md.
package struct GlobCase: Sendable, CustomStringConvertible {
    /// The pattern.
    package var pattern: String
    /// The files whose whole paths match, which artifacts take.
    package var fitting: [String]
    /// The files in matching directories, which caches and hashes take, too.
    package var below: [String]

    /// All files that a cache or a hash takes.
    package var covered: [String] { (fitting + below).sorted() }

    package var description: String { pattern }

    /// The files of the tree.
    package static let tree = [
        ".env", "a.txt", "b.log", "deep/a/b/c/d.txt", "packages/one/lib/i.js",
        "packages/one/package.json", "packages/top.json", "packages/two/package.json",
        "pages/[slug]/page.js", "pages/s/page.js", "src/.hidden/k", "src/deep/x.h", "src/main.c",
        "star*/f", "starring/f", "x/1", "y/1", "{x,y}/1", "ü/é.txt",
    ]

    /// Makes the tree.
    package static func makeTree(in directory: TemporaryDirectory, below name: String = "") throws {
        for file in tree {
            try directory.write("content of \(file)", to: name.isEmpty ? file : "\(name)/\(file)")
        }
    }

    private static func all(_ prefixes: String...) -> [String] {
        tree.filter { name in prefixes.contains(where: name.hasPrefix) }
    }

    private static let packages = all("packages/one/", "packages/two/")
    private static let rootFiles = [".env", "a.txt", "b.log"]

    /// The table.
    package static let all: [GlobCase] =
        ([
            ("a.txt", ["a.txt"], []), ("./a.txt", ["a.txt"], []),
            ("src//main.c", ["src/main.c"], []),
            ("src/../a.txt", ["a.txt"], []), ("nothing/*", [], []), ("a.tx", [], []),
            ("*", rootFiles, tree.filter { $0.contains("/") }),
            ("*.{txt,log}", ["a.txt", "b.log"], []), (".*", [".env"], []),
            ("**/*", tree, []), ("**", tree, []),
            ("src", [], all("src/")), ("src/", [], all("src/")), ("src/**", all("src/"), []),
            ("src/**/*", all("src/"), []), ("src/**/", all("src/"), []),
            ("src/*", ["src/main.c"], ["src/.hidden/k", "src/deep/x.h"]),
            ("src/.h*/**", ["src/.hidden/k"], []), ("src/\\main.c", ["src/main.c"], []),
            // With a `/**` at the end the part before it is a directory.
            ("a.txt/**", [], []), ("a.txt/**/*", [], []), ("a.txt/", [], []),
            ("*/**/*", tree.filter { $0.contains("/") }, []),
            ("*/**", tree.filter { $0.contains("/") }, []),
            ("*/", [], tree.filter { $0.contains("/") }),
            ("packages/*/**/*", packages, []), ("packages/*/**", packages, []),
            ("packages/*/", [], packages), ("packages/[!o]*/**/*", all("packages/two/"), []),
            ("packages/*", ["packages/top.json"], packages),
            ("p*/t*/**/*", all("packages/two/"), []),
            ("packages/**/*/**", packages, []),
            ("**/*/", [], tree.filter { $0.contains("/") }), ("packages/**/*/", [], packages),
            ("**/*/**/*", tree.filter { $0.contains("/") }, []),
            ("src/**/**/*/", [], all("src/.hidden/", "src/deep/")),
            ("{packages/*,src}/**/*", packages + all("src/"), []),
            ("**/package.json", packages.filter { $0.hasSuffix("json") }, []),
            ("packages/**/package.json", packages.filter { $0.hasSuffix("json") }, []),
            ("packages/*/package.json", packages.filter { $0.hasSuffix("json") }, []),
            ("**/deep/**", all("deep/", "src/deep/"), []), ("deep/**/c/*", all("deep/"), []),
            ("deep/**/**/*.txt", all("deep/"), []), ("**/d*p", [], all("deep/", "src/deep/")),
            ("?/1", ["x/1", "y/1"], []), ("?/?.txt", ["ü/é.txt"], []),
            ("[x-z]/1", ["x/1", "y/1"], []), ("[!x]/1", ["y/1"], []), ("[^x]/1", ["y/1"], []),
            // Backslashes, in a directory's name and in a file's.
            ("pages/[slug]/page.js", ["pages/s/page.js"], []),
            ("pages/\\[slug\\]/page.js", ["pages/[slug]/page.js"], []),
            ("pages/\\[slug]/*", ["pages/[slug]/page.js"], []),
            ("pages/[[]slug]/page.js", ["pages/[slug]/page.js"], []),
            ("pages/\\[*/**/*", ["pages/[slug]/page.js"], []),
            ("pages/\\[slug\\]", [], ["pages/[slug]/page.js"]),
            ("pages/\\[slug\\]/**/*", ["pages/[slug]/page.js"], []),
            ("{x,y}/1", ["x/1", "y/1"], []), ("\\{x,y\\}/1", ["{x,y}/1"], []),
            ("\\{x\\,y}/**", ["{x,y}/1"], []), ("{\\{x\\,y\\},x}/1", ["x/1", "{x,y}/1"], []),
            ("star\\*/f", ["star*/f"], []), ("star*/f", ["star*/f", "starring/f"], []),
            ("src/\\.\\./a.txt", ["a.txt"], []),
        ] as [(String, [String], [String])]).map {
            GlobCase(pattern: $0.0, fitting: $0.1.sorted(), below: $0.2)
        }
}
