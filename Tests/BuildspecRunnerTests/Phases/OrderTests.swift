import BuildspecCache
import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// The order of phases and steps, and the ones that a failure leaves out.
///
/// CodeBuild guide, build-spec-ref: phases, and view-build-details: build phase transitions.
@Suite(.timed, .timeLimit(.minutes(1)))
struct `Phase order` {
    @Test func `phases run in CodeBuild's order, not in the file's`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  post_build: {commands: [echo post]}
                  build: {commands: [echo build]}
                  pre_build: {commands: [echo pre]}
                  install: {commands: [echo install]}
                """
        )
        #expect(try await build.lines() == ["install", "pre", "build", "post"])
    }

    @Test func `the finally of a phase that is not reached does not run`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  install: {commands: [exit 3], finally: [echo install]}
                  pre_build: {commands: [echo never], finally: [echo never]}
                  post_build: {finally: [echo never]}
                """
        )
        #expect(try await build.lines() == ["install"])
    }

    @Test func `a build continues after CONTINUE and knows that it has failed`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  install: {on-failure: CONTINUE, commands: [exit 3]}
                  pre_build: {commands: [echo $CODEBUILD_BUILD_SUCCEEDING]}
                """
        )
        let result = try await build.run()
        #expect(result.state == .failed)
        #expect(result.phases.map(\.state) == [.failed, .succeeded, .succeeded, .succeeded])
        #expect(build.sink.output == "0\n")
    }

    @Test func `a retry does not know of the failure before it`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  build:
                    on-failure: RETRY-1
                    commands:
                      - echo $CODEBUILD_BUILD_SUCCEEDING
                      - test -e mark || { touch mark; exit 3; }
                    finally: [echo $CODEBUILD_BUILD_SUCCEEDING]
                """
        )
        #expect(try await build.lines() == ["1", "1", "1"])
    }

    @Test func `missing artifacts fail a build whose phases succeeded`() async throws {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                phases: {build: {commands: ['true']}}
                artifacts: {files: [none]}
                """
        )
        build.request.artifactsDirectory = build.scratch.file("out")
        let result = try await build.run()
        #expect(result.phases.allSatisfy { $0.state == .succeeded })
        #expect(result.state == .failed)
    }

    @Test func `artifact and cache patterns start at the source root after a 'cd'`() async throws {
        var build = try TestBuild(
            yaml: """
                version: 0.2
                phases: {build: {commands: [mkdir kept sub; echo x > kept/x; cd sub]}}
                artifacts: {files: [kept/x]}
                cache: {key: k, paths: [kept/**/*]}
                """
        )
        build.request.artifactsDirectory = build.scratch.file("out")
        build.request.cache = BuildCache(directory: build.state.file("cache"))
        let result = try await build.run()
        #expect(try build.scratch.read("out/kept/x") == "x\n")
        guard case .saved(let report) = result.saved else {
            Issue.record("the cache was not saved: \(result.saved)")
            return
        }
        #expect(report.files == 1)
    }
}
