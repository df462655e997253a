#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import BuildspecModel
    import BuildspecRunner
    import Foundation
    import SystemPackage
    import TestSupport
    import Testing

    /// The cache of builds in a sandbox.
    @Suite(.timed, .timeLimit(.minutes(1)), .enabled { await Sandboxes.areAllowed() })
    struct SandboxCacheTests {
        private let home: TemporaryDirectory
        private let store: TemporaryDirectory

        init() throws {
            home = try TemporaryDirectory()
            store = try TemporaryDirectory()
        }

        /// Creates a build of another checkout with the same cache.
        private func build(_ paths: [String], _ commands: [String]) throws -> TestBuild {
            var build = try TestBuild.sandboxed(cached: paths, home: home, [.build: commands])
            build.request.cache = BuildCache(directory: store.path)
            return build
        }

        @Test func `absolute paths in cached files are valid in the next checkout's sandbox`()
            async throws
        {
            let paths = ["out/**/*"]
            let first = try build(paths, ["mkdir out; pwd > out/where"])
            #expect(try await first.run().state == .succeeded)
            let second = try build(paths, ["cat out/where; test \"$(cat out/where)\" = \"$(pwd)\""])
            #expect(try await second.lines() == ["/codebuild/output/src/src"])
            #expect(second.sink.statuses == [0])
            #expect(first.scratch.path != second.scratch.path)
        }

        @Test(arguments: [["out"], ["$CODEBUILD_SRC_DIR/out/**/*"], ["$HOME/.m2/repository/**/*"]])
        func `a sandboxed build saves and restores each kind of cache path`(
            paths: [String]
        ) async throws {
            let directory = paths[0].replacing("/**/*", with: "")
            let first = try build(paths, ["mkdir -p \(directory); echo a > \(directory)/a"])
            #expect(try await first.run().isSaved)
            #expect(first.sink.warnings == [])
            try home.handle.removeTree(".m2".utf8)
            let second = try build(paths, ["cat \(directory)/a"])
            #expect(try await second.lines() == ["a"])
            #expect(second.sink.warnings == [])
        }

        @Test(
            arguments: [
                ("$HOME/.m*/**/*", "because it has its own "),
                ("/dev/shm/x", "'/dev' belongs to the sandbox"),
                ("../x", "nothing above the sources is shared"),
                ("$HOME/.m2/repository/file", "a cache outside of the sources: Not a directory"),
            ]
        )
        func `a cache path that a sandbox cannot share is left out with a warning`(
            path: String,
            reason: String
        )
            async throws
        {
            try home.write("x", to: ".m2/repository/file")
            let build = try build([path, "out"], ["mkdir -p out; touch out/x"])
            let result = try await build.run()
            #expect(result.state == .succeeded)
            #expect(result.isSaved)
            let warning = try #require(build.sink.warnings.first)
            #expect(warning.hasPrefix("cache: the path '") && warning.contains(reason))
            #expect(build.sink.warnings.count == 1)
        }

        @Test func `a cache path that a sandbox cannot share fails a strict build`() async throws {
            var build = try build(["../x"], ["echo never"])
            build.request.strictCache = true
            let result = try await build.run()
            #expect(result.state == .failed)
            #expect(build.sink.commands.isEmpty)
        }

        @Test func `a sandboxed build evaluates the cache key in the sandbox`() async throws {
            var build = try build(["out"], ["mkdir out; echo a > out/a"])
            build.buildspec.cache?.key = Located(text: "k-$(pwd)-$(ls -A ~ | wc -l)")
            build.request.buildspec = build.buildspec
            let plan = try await BuildRunner.plan(build.request, evaluatingKeys: true)
            #expect(plan.cache?.evaluatedKeys == ["k-/codebuild/output/src/src-0"])
        }
    }

    extension BuildResult {
        fileprivate var isSaved: Bool {
            if case .saved = saved { true } else { false }
        }
    }
#endif
