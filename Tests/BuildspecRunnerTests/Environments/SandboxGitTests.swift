#if os(Linux)
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import SystemPackage
    import TestSupport
    import Testing

    /// Repositories that git finds in a sandbox.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxGitTests {
        private let home: TemporaryDirectory

        init() throws { home = try TemporaryDirectory() }

        private func build(_ commands: [String]) throws -> TestBuild {
            try TestBuild.sandboxed(home: home, [.build: commands])
        }

        /// Makes a repository with one commit in the home directory.
        private func makeRepository() async throws {
            try home.write("a", to: "main/a")
            try home.write("b", to: "main/sub/b")
            try await git("init", "-q", in: home.path.appending("main"))
            try await git("add", ".", in: home.path.appending("main"))
            try await git("commit", "-qm", "one", in: home.path.appending("main"))
        }

        private func git(_ arguments: String..., in directory: FilePath) async throws {
            let words = ["-C", directory.string, "-c", "user.name=t", "-c", "user.email=t@t"]
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
            process.arguments = words + arguments
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "git \(arguments)")
        }

        private static let questions = [
            "git log --oneline | wc -l; git status --short | wc -l; git ls-files",
            "touch \"$(git rev-parse --git-common-dir)/x\" 2> /dev/null || echo read-only",
        ]

        @Test func `git in a sandbox finds the repository of a worktree, but cannot write to it`()
            async throws
        {
            try await makeRepository()
            let build = try build(Self.questions)
            let tree = build.scratch.path.appending("tree")
            try await git("worktree", "add", "-q", tree.string, in: home.path.appending("main"))
            var inTree = build
            inTree.request.sourceDirectory = tree
            #expect(try await inTree.lines() == ["1", "0", "a", "sub/b", "read-only"])
            #expect(inTree.sink.warnings == [])
            #expect(try home.read("main/.git/x") == nil)
        }

        @Test func `a '.git' file does not show a repository without a worktree at the sources`()
            async throws
        {
            try await makeRepository()
            let other = try TemporaryDirectory()
            let main = home.path.appending("main")
            try await git("worktree", "add", "-q", other.file("tree").string, in: main)
            let build = try build(["git log --oneline 2> /dev/null; cat \(main)/.git/config; true"])
            try build.scratch.write("gitdir: \(main)/.git/worktrees/tree\n", to: ".git")
            #expect(try await build.lines().filter { !$0.hasPrefix("cat: ") } == [])
            #expect(
                build.sink.warnings.contains {
                    $0.hasPrefix(
                        "git finds no repository in the build: '.git' of the sources is a file"
                    )
                }
            )
        }

        @Test
        func `sources that are a part of a repository get a warning that git does not find it`()
            async throws
        {
            try await makeRepository()
            var build = try build(["git log --oneline 2> /dev/null || echo none"])
            build.request.sourceDirectory = home.path.appending("main/sub")
            #expect(try await build.lines() == ["none"])
            #expect(
                build.sink.warnings == [
                    "git finds no repository in the build: the sources are a part of one that begins "
                        + "above them; name its top directory with '--source'"
                ]
            )
        }

        @Test(.enabled(if: isRoot))
        func `git in a sandbox accepts sources that another user owns`() async throws {
            try await makeRepository()
            var build = try build(["git log --oneline | wc -l", "git config first.key"])
            build.request.sourceDirectory = home.path.appending("main")
            build.request.hostEnvironment["GIT_CONFIG_COUNT"] = "1"
            build.request.hostEnvironment["GIT_CONFIG_KEY_0"] = "first.key"
            build.request.hostEnvironment["GIT_CONFIG_VALUE_0"] = "kept"
            _ = try await shell("chown -R 12345 '\(home.path)/main'; chmod 755 '\(home.path)'")
            #expect(try await build.lines() == ["1", "kept"])
        }
    }

    private func shell(_ line: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        try process.run()
        process.waitUntilExit()
    }
#endif
