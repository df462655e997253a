import BuildspecModel
import BuildspecRunner
import TestSupport
import Testing

/// What passes through the redactor on its way to the sink.
@Suite(.timeLimit(.minutes(2)))
struct MaskTests {
    @Test func `a prompt that begins like a secret comes out while its command waits`() async throws
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

    @Test func `the result of a build is not masked, its event is`() async throws {
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
