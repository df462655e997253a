import TestSupport
import Testing

/// Repositories other than that of the sources, and broken repositories.
extension `Cached checkouts` {
    /// Shell changes of a clone, with the warning of a restore that then leaves the clone unchanged.
    private static let changes: [(script: String, line: String?)] = [
        ("true", nil),
        ("git commit -q --allow-empty -m two", "with commits that no remote branch has"),
        ("git stash -q 2>/dev/null || true", nil),
        ("echo two > a.txt", "with changed files"),
        ("echo two > a.txt; git add a.txt", "with changes that no commit has"),
        (
            "echo two > a.txt; git commit -qam two; git checkout -q HEAD^",
            "with commits that no remote branch has"
        ),
        ("echo two > a.txt; git stash -q", "with commits that no remote branch has"),
        ("echo two > new.txt", "with files that git does not track"),
        ("rm .git/HEAD", "that git cannot read"),
    ]

    @Test(arguments: changes.indices)
    func `a restore leaves another repository with unsaved work unchanged`(number: Int) async throws
    {
        let (script, line) = Self.changes[number]
        try await makeWork("**/*", at: "origin")
        try directory.write("", to: "work/file")
        for clone in ["work/app", "beside"] {
            try await shell("git clone -q origin \(clone)", in: ".")
        }
        _ = try await cache("save", "app/**/*", "--path", "../beside/**/*", "--key", "k")
        try await shell("git commit -q --allow-empty -m other; git push -q . HEAD:x", in: "origin")
        for clone in ["work/app", "beside"] {
            try await shell("git fetch -q; git reset -q --hard origin/HEAD; \(script)", in: clone)
        }
        let before = try await shell(
            "cat app/a.txt ../beside/a.txt; git -C app log --format=%s || true"
        )
        let restored = try await cache(
            "restore",
            "app/**/*",
            "--path",
            "../beside/**/*",
            "--key",
            "k"
        )
        let after = try await shell(
            "cat app/a.txt ../beside/a.txt; git -C app log --format=%s || true"
        )
        if let line {
            #expect(restored.contains("'app' is a git repository \(line), so it stays as it is\n"))
            #expect(restored.contains("/beside' is a git repository \(line), so it stays"))
            #expect(after == before, "\(restored)")
        } else {
            #expect(!restored.contains("stays as it is"), "\(restored)")
            #expect(after == "one\none\none\n", "\(restored)")
        }
    }

    @Test(arguments: ["deps/*/lib/**/*", "**/version.txt", "dep?/a/lib/*"])
    func `a restore leaves a repository with unsaved work that a wildcard leads into`(
        path: String
    ) async throws {
        try await makeWork("**/*", at: "work/deps/a")
        try await shell("git init -q; echo deps > .gitignore; git add .; git commit -qm one")
        _ = try await cache("save", path, "--key", "k")
        try directory.write("two\n", to: "work/deps/a/lib/version.txt")
        let restored = try await cache("restore", path, "--key", "k")
        #expect(try read("deps/a/lib/version.txt") == "two\n")
        #expect(restored.contains("'deps/a' is a git repository with changed files"), "\(restored)")
    }

    @Test func `a restore leaves tracked files of another repository in which a path begins`()
        async throws
    {
        try await makeWork("**/*", at: "beside")
        try directory.write("", to: "work/file")
        try directory.write("made", to: "beside/lib/out")
        _ = try await cache("save", "../beside/lib/**/*", "--key", "k")
        try directory.write("two\n", to: "beside/lib/version.txt")
        try await shell("rm lib/out", in: "beside")
        let restored = try await cache("restore", "../beside/lib/**/*", "--key", "k")
        #expect(restored.contains("1 file that git tracks lies"), "\(restored)")
        #expect(try directory.read("beside/lib/version.txt") == "two\n")
        #expect(try directory.read("beside/lib/out") == "made")
    }

    @Test(arguments: [
        "rm .git/HEAD", ": > .git/HEAD", "mv .git/objects .git/o", "rm -r .git; ln -s gone .git",
        "rm -r .git; mkdir .git", "rm .git/index", "git rm -q --cached lib/version.txt",
    ])
    func `a restore replaces nothing in a broken repository`(damage: String) async throws {
        try directory.write("old\n", to: "work/lib/version.txt")
        _ = try await cache("save", "lib/**/*", "--key", "k")
        try await makeWork("lib/**/*")
        try await shell(damage)
        try directory.write("", to: "work/beside/file")
        for root in ["work", "work/beside"] {
            let path = root == "work" ? "lib/**/*" : "../lib/**/*"
            let outcome = try await BuildspecProcess.run(
                ["cache", "restore", "--root", root, "--cache", "store", "--scope", "s"]
                    + ["--path", path, "--key", "k"],
                in: directory
            )
            #expect(outcome.error.contains("cache: "), "\(outcome)")
            #expect(try read("lib/version.txt") == "one\n", "\(outcome)")
        }
    }

    @Test func `a '.git' directory without a repository does not keep files from a restore`()
        async throws
    {
        try await makeWork("**/*")
        try await shell(
            """
            echo dep > .gitignore; git add .; git commit -qm ignore
            mkdir -p dep/.git; echo one > dep/.git/config; echo one > dep/file
            """
        )
        _ = try await cache("save", "**/*", "--key", "k")
        for name in ["dep/.git/config", "dep/file"] {
            try directory.write("two\n", to: "work/\(name)")
        }
        let restored = try await cache("restore", "**/*", "--key", "k")
        #expect(!restored.contains("stays as it is"), "\(restored)")
        for name in ["dep/.git/config", "dep/file"] { #expect(try read(name) == "one\n") }
    }

    @Test(arguments: [".repository", "../repository"])
    func `a cache leaves out a separate git directory`(path: String) async throws {
        try await makeWork("**/*")
        try await shell("git init -q --separate-git-dir=\(path); echo made > lib/out")
        let paths = ["**/*", "--path", "../repository/**/*", "--key", "k"]
        let saved = try await cache("save", paths)
        #expect(saved.contains("saved 1 file:"), "\(saved)")
        try await shell("rm lib/out; echo two > a.txt; git commit -qam two; git branch extra")
        let before = try await shell("git log --oneline; git branch")
        _ = try await cache("restore", paths)
        #expect(try await shell("git log --oneline; git branch; git diff") == before)
        #expect(try read("a.txt") == "two\n" && read("lib/out") == "made\n")
    }

    @Test func `a restore does not fill a submodule that is not checked out`() async throws {
        try directory.write("old\n", to: "work/sub/file")
        _ = try await cache("save", "sub/**/*", "--key", "k")
        try await makeWork("**/*", at: "other")
        try await makeWork("sub/**/*")
        try await shell(
            """
            git rm -rq --ignore-unmatch sub; rm -rf sub; git -c protocol.file.allow=always submodule add -q ../other sub
            git commit -qm sub; git submodule -q deinit -f sub
            """
        )
        _ = try await cache("restore", "sub/**/*", "--key", "k")
        #expect(try await shell("ls sub") == "")
    }

    @Test func `a file name with a line break is reported on one line`() async throws {
        try await makeWork("lib/**/*")
        try await shell(
            "f=\"$(printf 'lib/a\\nwarning: b')\"; echo > \"$f\"; git add .; git commit -qm n"
        )
        let outcome = try await run()
        #expect(outcome.error.contains("'lib/a\\nwarning: b'"), "\(outcome.error)")
    }
}
