import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// Masking of output, results and events of a build.
@Suite(.timed, .timeLimit(.minutes(2)))
struct MaskTests {
    @Test func `a prompt that begins like a secret is shown while its command waits`() async throws
    {
        let scratch = try TemporaryDirectory()
        let sink = RecordingSink { event in
            guard case .output(let bytes) = event, bytes == Array("s3cr3t".utf8) else { return }
            try? scratch.write("", to: "seen")
        }
        var build = try TestBuild(
            build: [
                "printf s3cr3t; until test -e \(scratch.path)/seen; do sleep 0.01; done",
                "echo of tess",
            ],
            sink: sink
        )
        build.request.masks = ["s3cr3t-of-tess"]
        build.request.timeout = .seconds(60)
        #expect(try await build.run().state == .succeeded)
        #expect(sink.output == "s3cr3tof tess\n")
    }

    @Test(arguments: [("dash", "echo"), ("dash", "printf %b"), ("bash", "echo -e")])
    func `a secret is masked in every form that a shell prints`(
        shell: String,
        printer: String
    ) async throws {
        let secret = #"{"key":"-----BEGIN\nMIIEabcdefgh\n-----END\n","id":"a\\b\u00fc\0101"}"#
        var build = try TestBuild(build: ["\(printer) \"$KEY\""], shell: shell)
        build.request.overrides = [.init(name: "KEY", value: secret)]
        build.request.maskNames = ["KEY"]
        #expect(try await build.lines() == ["***"])
    }

    /// CodeBuild does not set these variables; on this machine they are often the user's.
    @Test func `secret keys of the host environment are masked, but placeholders are not`()
        async throws
    {
        var build = try TestBuild(build: ["echo $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN"])
        build.request.hostEnvironment["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
        build.request.hostEnvironment["AWS_SESSION_TOKEN"] = "test"
        #expect(try await build.lines() == ["*** test"])
        #expect(build.sink.warnings == [])
    }

    @Test func `the event at a build's end is masked, but the build's result is not`() async throws
    {
        var build = try TestBuild(build: ["exit 3 # s3cr3t-of-tess"])
        build.request.masks = ["s3cr3t-of-tess"]
        let result = try await build.run()
        #expect(result.failure?.command.text.value == "exit 3 # s3cr3t-of-tess")
        #expect(!"\(build.sink.events)".contains("s3cr3t-of-tess"))
        guard case .buildEnded(let shown) = build.sink.events.last else {
            Issue.record("the last event is not the build's end")
            return
        }
        #expect(shown.failure?.command.text.value == "exit 3 # ***")
    }
}
