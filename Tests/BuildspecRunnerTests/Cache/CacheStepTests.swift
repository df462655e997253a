import BuildspecCache
import BuildspecFiles
import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// The steps of a build that restore and save the cache.
///
/// CodeBuild guide, caching-s3 ("Cache builds in Amazon S3") and build-spec-ref: cache.
@Suite(.timed, .timeLimit(.minutes(1)))
struct CacheStepTests {
    /// Creates a build with a local store.
    private func build(
        _ cache: String,
        install: String = "true",
        post: String = "true"
    ) throws
        -> TestBuild
    {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                env: {variables: {PLACE: kept}}
                phases:
                  install:
                    commands: ['\(install)']
                  post_build:
                    commands: ['\(post)']
                cache: {\(cache)}
                """
        )
        build.request.cache = BuildCache(directory: build.state.file("cache"))
        build.request.project = "p"
        return build
    }

    private func outcome(_ result: BuildResult) throws -> RestoreReport.Outcome {
        guard case .restored(let report) = result.restored else {
            Issue.record("not restored: \(result.restored)")
            return .miss(reason: "")
        }
        return report.outcome
    }

    private func isSaved(_ result: BuildResult) -> Bool {
        if case .saved(let report) = result.saved { report.outcome == .saved } else { false }
    }

    @Test func `a cache is restored before INSTALL and saved after POST_BUILD`() async throws {
        let build = try build(
            "paths: [kept/**/*]",
            install: "cat kept/x || echo none; rm -rf kept",
            post: "mkdir kept; echo from post_build > kept/x"
        )
        #expect(isSaved(try await build.run()))
        try build.scratch.handle.removeTree("kept".utf8)
        #expect(try await build.lines().last == "from post_build")
    }

    @Test func `a first build without an entry succeeds without a warning`() async throws {
        let build = try build("key: k, paths: [kept/**/*]", post: "mkdir kept; touch kept/x")
        let result = try await build.run()
        #expect(result.state == .succeeded)
        guard case .miss = try outcome(result) else {
            Issue.record("restored from nothing")
            return
        }
        #expect(build.sink.warnings == [])
    }

    @Test func `a cache key is evaluated once, before INSTALL, in the source root`() async throws {
        let build = try build(
            "key: 'k-$(cat lock; echo + >> count)', paths: [kept/**/*]",
            install:
                "cd /; echo changed > $CODEBUILD_SRC_DIR/lock; mkdir -p $CODEBUILD_SRC_DIR/kept",
            post: "touch $CODEBUILD_SRC_DIR/kept/x"
        )
        try build.scratch.write("one\n", to: "lock")
        #expect(isSaved(try await build.run()))
        #expect(try build.scratch.read("count") == "+\n")
        try build.scratch.write("one\n", to: "lock")
        #expect(try outcome(try await build.run()) == .exact(key: "k-one"))
    }

    @Test func `a build that restores by a fallback key saves under its key`() async throws {
        var build = try build(
            "key: 'k-$N', fallback-keys: ['other-', 'k-'], paths: [kept/**/*]",
            post: "mkdir -p kept; echo $N > kept/x"
        )
        for (number, expected) in [
            ("1", nil), ("2", RestoreReport.Outcome.fallback(key: "k-1")),
            ("2", .exact(key: "k-2")),
        ] {
            build.request.overrides = [BuildRequest.Override(name: "N", value: number)]
            let result = try await build.run()
            if let expected { #expect(try outcome(result) == expected) }
            #expect(isSaved(result) == (expected != .exact(key: "k-2")))
        }
    }

    @Test func `the cache action 'restore' saves nothing, and 'save' restores nothing`()
        async throws
    {
        let restoring = try build("key: k, paths: [f], action: restore", post: "touch f")
        #expect(try await restoring.run().saved == .skipped("action is 'restore'"))
        let saving = try build("key: k, paths: [f], action: save", post: "touch f")
        let result = try await saving.run()
        #expect(result.restored == .skipped("action is 'save'"))
        #expect(isSaved(result))
    }

    @Test func `variables in cache paths are replaced, but a tilde is not`() async throws {
        let build = try build(
            "paths: ['${PLACE}/x', '~/y', '$NEVER/z']",
            post: "mkdir -p kept \"~\"; touch kept/x \"~/y\" z"
        )
        let result = try await build.run()
        guard case .saved(let report) = result.saved else {
            Issue.record("not saved: \(result.saved)")
            return
        }
        #expect(report.files == 2)
        #expect(
            build.sink.warnings == [
                "cache path '$NEVER/z' is left out: 'NEVER' is not set before INSTALL"
            ]
        )
    }

    @Test func `a cache path that is the source root is left out with a warning`() async throws {
        let build = try build(
            "paths: [kept, './', '$PLACE/..']",
            post: "mkdir kept; touch kept/x y"
        )
        let result = try await build.run()
        guard case .saved(let report) = result.saved else {
            Issue.record("not saved: \(result.saved)")
            return
        }
        #expect(report.files == 1)
        // The warning about './' is given when the file is read.
        #expect(
            build.sink.warnings == [
                "cache path '$PLACE/..' is left out: it names no file; name what the build makes,"
                    + " such as 'node_modules/**/*'"
            ]
        )
    }

    @Test func `a cache without paths saves nothing, with a warning`() async throws {
        let build = try build("key: k", post: "mkdir -p node_modules; touch node_modules/x")
        let result = try await build.run()
        #expect(result.state == .succeeded)
        #expect(result.saved == .notWanted)
        #expect(
            build.sink.warnings == ["cache not used: no paths specified to be cached"]
        )
    }
}
