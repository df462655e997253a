import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A git work tree and a store in one directory, and cache paths that contain tracked files.
@Suite(.timed, .timeLimit(.minutes(3)))
struct `Cached checkouts` {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @discardableResult
    func shell(_ script: String, in folder: String = "work") async throws -> String {
        let git = """
            export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
            export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org

            """
        return try await directory.shell(git + script, in: folder, environment: .inherit)
    }

    /// Makes a repository with a tracked file in `lib`, and a buildspec that reads it.
    func makeWork(
        _ path: String,
        key: String = "key: k, ",
        at name: String = "work"
    )
        async throws
    {
        try directory.write(
            """
            version: 0.2
            phases:
              build:
                commands:
                  - mkdir -p lib; test -f lib/out || echo made > lib/out; cat lib/version.txt a.txt
            cache: {\(key)paths: ['\(path)']}
            """,
            to: "\(name)/buildspec.yml"
        )
        try directory.write("one\n", to: "\(name)/lib/version.txt")
        try directory.write("one\n", to: "\(name)/a.txt")
        try await shell("git init -q; git add .; git commit -qm one", in: name)
    }

    func run(
        _ arguments: String...,
        environment: [Environment.Key: String] = [:]
    ) async throws -> BuildspecProcess.Outcome {
        let outcome = try await BuildspecProcess.run(
            ["run", "--source", "work", "--cache", "store", "--project", "s"] + arguments,
            in: directory,
            environment: environment
        )
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        return outcome
    }

    func cache(
        _ command: String,
        _ path: String,
        _ arguments: String...,
        environment: [Environment.Key: String] = [:]
    ) async throws -> String {
        try await cache(command, [path] + arguments, environment: environment)
    }

    /// Runs a cache command with a path and the arguments after it.
    func cache(
        _ command: String,
        _ arguments: [String],
        environment: [Environment.Key: String] = [:]
    ) async throws -> String {
        let outcome = try await BuildspecProcess.run(
            ["cache", command, "--root", "work", "--cache", "store", "--scope", "s"]
                + ["--path"] + arguments,
            in: directory,
            environment: environment
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome.error + outcome.output
    }

    func read(_ name: String) throws -> String? { try directory.read("work/\(name)") }

    @Test(arguments: ["**/*", "*", ".*", "{a,.git}", "lib/**/*"], ["key: k, ", ""])
    func `a build with a cached checkout keeps commits and edits`(
        path: String,
        key: String
    ) async throws {
        try await makeWork(path, key: key)
        _ = try await run()
        try await shell("echo two > a.txt; echo two > lib/version.txt; git commit -qam two")
        try await shell("echo three > a.txt; rm -f lib/out")
        let head = try await shell("git rev-parse HEAD")
        let second = try await run()
        #expect(try await shell("git rev-parse HEAD") == head)
        #expect(try read("a.txt") == "three\n")
        #expect(second.output.contains("two\nthree\n"), "\(second.output)")
        #expect(try await shell("git status --porcelain -uno") == " M a.txt\n")
        if path.contains("**") {
            let text = second.output + second.error
            #expect(text.contains("that git tracks"), "\(text)")
        }
    }

    @Test func `a restore brings back build outputs among tracked files`() async throws {
        try await makeWork("lib/**/*")
        _ = try await run()
        try await shell("rm lib/out; echo two > lib/version.txt")
        let restored = try await cache("restore", "lib/**/*", "--key", "k")
        #expect(
            restored.hasPrefix(
                "warning: cache: 1 file that git tracks lies in the cached paths; the cache leaves it"
                    + " out: 'lib/version.txt'\n"
            ),
            "\(restored)"
        )
        #expect(try read("lib/out") == "made\n")
        #expect(try read("lib/version.txt") == "two\n")
    }

    @Test func `a restore brings back no source files from an old entry`() async throws {
        // Without a repository, a save does not know that these are source files.
        for name in ["a.txt", "lib/version.txt", "gone.txt", "staged.txt", "lib/out"] {
            try directory.write("old\n", to: "work/\(name)")
        }
        _ = try await cache("save", "**/*", "--key", "k")
        try await shell("rm -r * .[!.]* 2>/dev/null || true")
        try await makeWork("**/*")
        try await shell("echo g > gone.txt; git add .; git commit -qm two; rm gone.txt")
        try await shell("echo s > staged.txt; git add staged.txt; rm staged.txt")
        let restored = try await cache("restore", "**/*", "--key", "k")
        #expect(restored.contains("'.git' and 5 files that git tracks lie"), "\(restored)")
        #expect(try read("a.txt") == "one\n" && read("lib/version.txt") == "one\n")
        #expect(try read("gone.txt") == nil && read("staged.txt") == nil)
        #expect(try read("lib/out") == "old\n")
        let difference = try await BuildspecProcess.run(
            ["cache", "diff", "k", "--root", "work", "--cache", "store", "--scope", "s"],
            in: directory
        )
        #expect(!difference.output.contains("a.txt"), "\(difference.output)")
    }

    @Test func `a restore leaves submodules and nested work trees at any depth unchanged`()
        async throws
    {
        for name in ["inner", "outer"] { try await makeWork("**/*", at: name) }
        let allowed = "git -c protocol.file.allow=always"
        try await shell("\(allowed) submodule add -q ../inner in; git commit -qm in", in: "outer")
        try await makeWork("**/*")
        try await shell(
            """
            \(allowed) submodule add -q ../outer sub
            \(allowed) submodule update -q --init --recursive; git commit -qm sub
            git worktree add -q .trees/side; git init -q dep; echo dep > dep/file
            """
        )
        _ = try await cache("save", "**/*", "--key", "k")
        let trees = ["sub", "sub/in", ".trees/side"]
        for name in trees {
            try await shell(
                "echo two > a.txt; git commit -qam two; echo x > lib/out",
                in: "work/\(name)"
            )
        }
        try await shell("rm -r dep")
        let heads = try await shell("cat .git/modules/sub/HEAD; git worktree list")
        _ = try await cache("restore", "**/*", "--key", "k")
        for name in trees { #expect(try read("\(name)/a.txt") == "two\n", "\(name)") }
        #expect(try await shell("cat .git/modules/sub/HEAD; git worktree list") == heads)
        #expect(try read("dep/file") == "dep\n")
        #expect(try read("dep/.git/HEAD") != nil, "the repository of a dependency is restored")
    }

    @Test func `a restore leaves a work tree with a repository in another directory unchanged`()
        async throws
    {
        try await makeWork("**/*", at: "main")
        try await shell(
            "git worktree add -q ../work; git worktree add -q ../work/nested",
            in: "main"
        )
        let paths = ["../main/**/*", "--path", "**/*", "--key", "k"]
        _ = try await cache("save", paths)
        try await shell("echo two > a.txt; git commit -qam two; git branch extra")
        try await shell("echo two > a.txt", in: "work/nested")
        let before = try await shell("git log --oneline; git branch")
        _ = try await cache("restore", paths)
        #expect(try await shell("git log --oneline; git branch") == before)
        #expect(try read("a.txt") == "two\n" && read("nested/a.txt") == "two\n")
    }

    @Test func `a restore leaves tracked files in a source root below the work tree unchanged`()
        async throws
    {
        try await makeWork("**/*", at: "tree")
        try await shell(
            "mkdir work; echo one > work/b.txt; git add .; git commit -qm b",
            in: "tree"
        )
        let root = ["cache", "save", "--root", "tree/work", "--cache", "store", "--scope", "s"]
        for path in ["**/*", "../*.txt"] {
            let rest = ["--key", path, "--path", path]
            #expect(try await BuildspecProcess.run(root + rest, in: directory).status == 0)
            for name in ["tree/work/b.txt", "tree/a.txt"] { try directory.write("two\n", to: name) }
            try await shell("git commit -qam two --allow-empty", in: "tree")
            var restore = root + rest
            restore[1] = "restore"
            #expect(try await BuildspecProcess.run(restore, in: directory).status == 0)
            #expect(try await shell("git status --porcelain -uno", in: "tree") == "")
            #expect(try directory.read("tree/work/b.txt") == "two\n")
        }
    }

    @Test func `a restore without git replaces no file and causes a warning`() async throws {
        try await makeWork("**/*")
        try await shell("mkdir bin; ln -s \"$(command -v sh)\" bin/sh", in: ".")
        let path: [Environment.Key: String] = ["PATH": directory.file("bin").string]
        let saved = try await cache("save", "**/*", "--key", "k", environment: path)
        #expect(
            saved.contains("source files are unknown") && saved.contains("git is not on the PATH")
        )
        try await shell(
            "echo two > a.txt; rm lib/out 2>/dev/null || true; git add .; git commit -qm two"
        )
        let restored = try await cache("restore", "**/*", "--key", "k", environment: path)
        #expect(restored.contains("1 file stays, the first is 'a.txt'"), "\(restored)")
        #expect(try await shell("git log --format=%s; git status --porcelain") == "two\none\n")
    }

    @Test func `variables of a git hook and an unborn branch do not mislead a restore`()
        async throws
    {
        try await makeWork("**/*", at: "other")
        try directory.write("one\n", to: "work/b.txt")
        try await shell("git init -q; git add .")
        let hook: [Environment.Key: String] = [
            "GIT_DIR": directory.file("other/.git").string, "GIT_INDEX_FILE": "/nonexistent",
            "GIT_LITERAL_PATHSPECS": "1",
        ]
        _ = try await cache("save", "**/*", "--key", "k", environment: hook)
        try directory.write("made", to: "work/out")
        try directory.write("two\n", to: "work/b.txt")
        _ = try await cache("save", "**/*", "--key", "l")
        try directory.write("three\n", to: "work/b.txt")
        _ = try await cache("restore", "**/*", "--key", "l", environment: hook)
        #expect(try read("b.txt") == "three\n")
    }

    @Test func `a restore sets the recorded times of tracked files in cached paths`() async throws {
        try await makeWork("lib/**/*")
        try await shell("touch -d 2020-01-01 a.txt lib/version.txt; echo made > lib/out")
        _ = try await cache("save", "lib/**/*", "--key", "k", "--retime")
        try await shell("touch a.txt lib/version.txt")
        let restored = try await cache("restore", "lib/**/*", "--key", "k", "--retime")
        #expect(restored.contains("sources: 3 unchanged, 0 changed"), "\(restored)")
        let times = try await shell("stat -c %Y a.txt lib/version.txt | sort -u | wc -l")
        #expect(times == "1\n")
    }

    @Test(arguments: ["**/*", "lib/**/*"], ["restore", "run"])
    func `a restore leaves a new file unchanged that git neither tracks nor ignores`(
        path: String,
        command: String
    ) async throws {
        try await makeWork(path)
        try await shell("echo out >> .gitignore; git add .; git commit -qm ignore")
        let names = ["lib/new.c", "lib/out", "lib/sub/deep.c", "lib/link"]
        try await shell(
            "mkdir lib/sub; ln -s one lib/link; echo one | tee lib/new.c lib/sub/deep.c"
        )
        _ = try await run()
        try await shell("ln -sfn two lib/link; echo two | tee lib/new.c lib/out lib/sub/deep.c")
        if command == "run" {
            let second = try await run()
            #expect(second.error.contains("3 files stay, the first is 'lib/link'"), "\(second)")
        } else {
            let restored = try await cache("restore", path, "--key", "k")
            #expect(
                restored.contains(
                    "a restore replaces no file that git neither tracks nor ignores; 3 files stay, the"
                        + " first is 'lib/link'; name it in '.gitignore' if the build makes it\n"
                ),
                "\(restored)"
            )
        }
        let found = try await shell("cd lib; cat new.c out sub/deep.c; readlink link")
        #expect(found == "two\nmade\ntwo\ntwo\n", "\(names)")
    }

    @Test func `a restore replaces files in a directory without tracked files`() async throws {
        try await makeWork("made/**/*")
        try directory.write("one", to: "work/made/x")
        _ = try await cache("save", "made/**/*", "--key", "k")
        try directory.write("two", to: "work/made/x")
        #expect(try await !cache("restore", "made/**/*", "--key", "k").contains("stay"))
        #expect(try read("made/x") == "one")
    }
}
