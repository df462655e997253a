import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `hash-files` with links, missing files and unusual patterns.
@Suite(.timed, .timeLimit(.minutes(2)))
struct HashFilesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func hash(_ globs: String...) async throws -> BuildspecProcess.Outcome {
        try await BuildspecProcess.run(["hash-files", "--root", "src"] + globs, in: directory)
    }

    private func link(_ name: String, to target: String) throws {
        try directory.handle.directory("src".utf8).makeLink(name.utf8, to: Array(target.utf8))
    }

    @Test(arguments: ["lock", "l*k", "**/*", "locks/a.lock", "*/a.lock", "**/a.lock", "locks"])
    func `a hash covers the content that a link leads to`(glob: String) async throws {
        try directory.write("one", to: "outside/a.lock")
        try directory.write("x", to: "src/other")
        try link("lock", to: "../outside/a.lock")
        try link("locks", to: "../outside")
        let first = try await hash(glob)
        #expect(first.status == 0 && first.error.isEmpty, "\(first)")
        try directory.write("two", to: "outside/a.lock")
        let second = try await hash(glob)
        #expect(second.status == 0 && second.output != first.output)
        try directory.write("one", to: "outside/a.lock")
        #expect(try await hash(glob).output == first.output)
    }

    @Test func `a linked file has the same hash as a regular file`() async throws {
        try directory.write("one", to: "src/real")
        try link("lock", to: "real")
        let linked = try await hash("lock")
        try directory.handle.directory("src".utf8).removeFile("lock".utf8)
        try directory.write("one", to: "src/lock")
        #expect(try await hash("lock").output == linked.output)
    }

    @Test(arguments: [
        "lock", "lo*", "**/*", "{lock,other}", "dir/../lock", "lock/x", "lock/**", "lock/**/*",
        "lock/", "{lock,x}/**", "lo?k/**",
    ])
    func `a link to a missing file is an error that names the target`(glob: String) async throws {
        try directory.write("x", to: "src/other")
        try link("lock", to: "../gone")
        let outcome = try await hash(glob)
        #expect(outcome.status == 3)
        #expect(outcome.output.isEmpty)
        let path = directory.file("src/lock").string
        #expect(
            outcome.error
                == "error: '\(path)' is a symbolic link to '../gone', which does not exist\n"
        )
    }

    @Test(arguments: ["lock", "*", "lock/x", "lock/**/*", "*/"])
    func `a link that leads in a circle is an error`(glob: String) async throws {
        try directory.write("x", to: "src/other")
        try link("lock", to: "key")
        try link("key", to: "lock")
        let outcome = try await hash(glob)
        #expect(outcome.status == 3)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasSuffix("' is a symbolic link that leads in a circle\n"))
    }

    @Test func `a broken link that no pattern matches is not an error`() async throws {
        try directory.write("x", to: "src/a.lock")
        try link("gone", to: "nowhere")
        try link("circle", to: "circle")
        let outcome = try await hash("**/*.lock")
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    }

    @Test(arguments: ["**/*.lock", "**/*", "a/**/*.lock", "*/to*/*.lock"])
    func `directories that link to each other are hashed once`(glob: String) async throws {
        for name in ["a", "b"] { try directory.write(name, to: "src/\(name)/\(name).lock") }
        try link("a/up", to: "..")
        try link("a/to-b", to: "../b")
        try link("b/to-a", to: "../a")
        let first = try await hash(glob)
        #expect(first.status == 0 && first.error.isEmpty, "\(first)")
        try directory.write("changed", to: "src/b/b.lock")
        #expect(try await hash(glob).output != first.output)
    }

    @Test func `a link between directories of the tree does not change the hash`() async throws {
        for name in ["a", "b"] { try directory.write(name, to: "src/\(name)/\(name).lock") }
        let plain = try await hash("**/*.lock")
        try link("a/to-b", to: "../b")
        #expect(try await hash("**/*.lock").output == plain.output)
    }

    @Test func `patterns without any file give no hash and status 3`() async throws {
        try directory.write("x", to: "src/other")
        let none = try await hash("*.lock", "gone/**")
        #expect(none.status == 3)
        #expect(none.output.isEmpty)
        #expect(
            none.error
                == "error: codebuild-hash-files: no file matches '*.lock' or 'gone/**', so the key "
                + "would never change\n"
        )
        let some = try await hash("*.lock", "other")
        #expect(some.status == 0)
        #expect(some.output.count == 65)
        #expect(some.error == "warning: codebuild-hash-files: no file matches '*.lock'\n")
    }

    @Test(arguments: [
        ("pages/[slug]/page.js", "pages/[slug]", "pages/\\[slug\\]/page.js"),
        ("pages/[slug]/**/*", "pages/[slug]", "pages/\\[slug\\]/**/*"),
        ("pages/[slug]/{page,x}.js", "pages/[slug]", "pages/\\[slug\\]/{page,x}.js"),
        ("{a,b}/x", "{a,b}", "\\{a\\,b\\}/x"),
    ])
    func `a pattern with the text of a path that it does not match causes a warning`(
        glob: String,
        path: String,
        written: String
    ) async throws {
        for name in ["pages/[slug]/page.js", "pages/s/page.js", "{a,b}/x", "a/x"] {
            try directory.write(name, to: "src/" + name)
        }
        let outcome = try await hash(glob)
        #expect(outcome.status == 0)
        #expect(
            outcome.error
                == "warning: codebuild-hash-files: '\(path)' is there, but '[' and '{' begin a choice; write "
                + "'\(written)'\n"
        )
        let literal = try await hash(written)
        #expect(literal.status == 0 && literal.error.isEmpty, "\(literal)")
        #expect(literal.output != outcome.output)
    }

    // 65534 is the number of `nobody`, which cannot read root's directory.
    @Test(.enabled(if: geteuid() == 0), arguments: ["src/lib/x", "src/lib"])
    func `a hash of a directory that cannot be read is an error`(closed: String) async throws {
        for name in ["src/lib/f", "src/lib/x/g", "home/x"] { try directory.write(name, to: name) }
        for name in ["", "src", "src/lib", "src/lib/x", "home"] {
            _ = unsafe chmod(directory.file(name).string, name == closed ? 0o700 : 0o777)
        }
        let outcome = try await BuildspecProcess.run(
            ["hash-files", "--root", "src", "lib/**/*", "src/*"],
            in: directory,
            user: 65_534
        )
        #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
        let path = directory.file(closed).string
        #expect(outcome.error.hasPrefix("error: cannot "), "\(outcome)")
        #expect(outcome.error.hasSuffix(" '\(path)': permission denied\n"), "\(outcome)")
    }

    @Test(.enabled(if: geteuid() == 0), arguments: ["lock", "lock/**", "*"])
    func `the error for a link into a directory that cannot be read names the link`(
        glob: String
    ) async throws {
        for name in ["src/f", "home/x/f"] { try directory.write(name, to: name) }
        try link("lock", to: "../home/x")
        for name in ["", "src", "home"] {
            _ = unsafe chmod(directory.file(name).string, name == "home" ? 0o700 : 0o777)
        }
        let outcome = try await BuildspecProcess.run(
            ["hash-files", "--root", "src", glob],
            in: directory,
            user: 65_534
        )
        #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
        let path = directory.file("src/lock").string
        #expect(
            outcome.error
                == "error: '\(path)' is a symbolic link to '../home/x', which cannot be read: "
                + "permission denied\n"
        )
    }

    @Test func `a hash of the root covers everything below, and an empty glob or root nothing`()
        async throws
    {
        for name in ["src/a/f", "src/g"] { try directory.write(name, to: name) }
        let all = try await hash("**/*")
        #expect(all.status == 0)
        for glob in [".", "./", "a/..", directory.file("src").string, "../src"] {
            #expect(try await hash(glob).output == all.output, "\(glob)")
        }
        #expect(try await hash("").status == 3)
        let rootless = try await BuildspecProcess.run(
            ["hash-files", "--root", "", "g"],
            in: directory
        )
        #expect(rootless.status == 64)
        #expect(rootless.error.contains("--root: the name is empty"))
    }

    @Test func `a file has one hash whichever path leads to it`() async throws {
        try directory.write("x", to: "src/dir[1]/f")
        try directory.handle.makeLink("l".utf8, to: Array("src".utf8))
        try directory.handle.makeLink("top".utf8, to: Array(".".utf8))
        let wanted = try await hash("dir\\[1\\]/f")
        #expect(wanted.status == 0)
        let top = directory.path.string
        for glob in [
            "\(top)/l/dir\\[1]/f", "\(top)/top/l/./dir\\[1]/f", "{\(top)/l,x}/dir\\[1]/f",
            "../src/dir\\[1]/f", "../l/dir\\[1]/f", "\(top)/x/../l/*/f", "../l/**/*",
        ] {
            let outcome = try await hash(glob)
            #expect(outcome.output == wanted.output, "\(glob): \(outcome)")
        }
    }

    @Test func `a file above the root has one hash in every checkout`() async throws {
        var outputs: Set<String> = []
        for top in ["a", "b/c"] {
            try directory.write("x", to: "\(top)/lock")
            try directory.write("x", to: "\(top)/root/f")
            for glob in ["../lock", "../l*k", "../../\(top.suffix(1))/lock"] {
                let outcome = try await BuildspecProcess.run(
                    ["hash-files", "--root", "\(top)/root", glob],
                    in: directory
                )
                #expect(outcome.status == 0, "\(outcome)")
                if glob.hasPrefix("../l") { outputs.insert(outcome.output) }
            }
        }
        #expect(outputs.count == 1)
    }

    @Test func `pattern characters in the path of the root are plain and cause no warning`()
        async throws
    {
        try directory.write("x", to: "s p[1]/z")
        let root = directory.file("s p[1]").string
        let outcome = try await BuildspecProcess.run(
            ["hash-files", "--root", root, root + "/z"],
            in: directory
        )
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    }

    @Test(arguments: [(1_024, 0 as Int32), (1_025, 3)])
    func `braces that expand to more than 1024 paths are an error`(
        count: Int,
        status: Int32
    ) async throws {
        try directory.write("x", to: "src/1")
        let outcome = try await hash(
            "{" + (1...count).map(String.init).joined(separator: ",") + "}"
        )
        #expect(outcome.status == status)
        #expect(outcome.error.contains("expand to more than 1024 paths") == (status == 3))
    }

    @Test(arguments: [
        ("k-$(codebuild-hash-files gone | cut -c1-8)", true),
        ("k-`codebuild-hash-files gone | cut -c1-8`-$(echo x)", true),
        ("k-$(codebuild-hash-files gone || echo none)", false),
        ("k-$(codebuild-hash-files lock | cut -c1-8)", false),
    ])
    func `a key is not used if a hash in it failed, even in a pipe`(
        key: String,
        isRefused: Bool
    ) async throws {
        try directory.write("x", to: "src/lock")
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['touch kept']}}
            cache: {key: '\(key)', paths: [kept]}
            """,
            to: "src/buildspec.yml"
        )
        let options = ["--source", "src", "--cache", "store", "--project", "p"]
        let run = try await BuildspecProcess.run(["run"] + options, in: directory)
        let reason = "no file matches 'gone', so the key would never change"
        #expect(run.status == 0)
        #expect(run.error.contains("cache not used: ") == isRefused, "\(run)")
        #expect(
            run.error.contains("codebuild-hash-files failed in '") == isRefused
                && run.error.contains("': \(reason)") == isRefused,
            "\(run)"
        )
        let explained = try await BuildspecProcess.run(
            ["cache", "explain"] + options,
            in: directory
        )
        #expect(explained.error.contains(reason) == isRefused, "\(explained)")
        #expect(!explained.error.contains("the build cannot start"))
    }

    @Test func `a missing file in a key keeps the cache from being used`() async throws {
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['touch kept']}}
            cache: {key: 'npm-$(codebuild-hash-files lock)-x', paths: [kept]}
            """,
            to: "src/buildspec.yml"
        )
        let arguments = ["run", "--source", "src", "--cache", "store", "--project", "p"]
        let missing = try await BuildspecProcess.run(arguments, in: directory)
        #expect(missing.status == 0)
        #expect(missing.output.contains("no file matches 'lock'"))
        #expect(
            missing.error.contains(
                "cache not used: the cache key 'npm-$(codebuild-hash-files lock)-x' cannot be "
                    + "evaluated: '$(codebuild-hash-files lock)' ended with status 3"
            )
        )
        let strict = try await BuildspecProcess.run(arguments + ["--strict-cache"], in: directory)
        #expect(strict.status == 3)
        try directory.write("one", to: "src/real")
        try link("lock", to: "real")
        #expect(try await BuildspecProcess.run(arguments, in: directory).status == 0)
        try directory.write("two", to: "src/real")
        let explained = try await BuildspecProcess.run(
            ["cache", "explain", "--source", "src", "--cache", "store", "--scope", "p"],
            in: directory
        )
        #expect(explained.output.contains("  input: 'lock' changed\n"), "\(explained)")
    }
}
