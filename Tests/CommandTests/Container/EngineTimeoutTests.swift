import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An engine whose server accepts connections and never answers.
@Suite(.timed, .timeLimit(.minutes(1))) struct `Engine timeouts` {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            "version: 0.2\nphases: {build: {commands: [touch never]}}\n",
            to: "buildspec.yml"
        )
    }

    private func engine(_ script: String) throws -> String {
        try directory.write("#!/bin/sh\n\(script)\n", to: "tools/docker")
        let path = directory.file("tools/docker").string
        unsafe chmod(path, 0o755)
        return path
    }

    /// The first engine never answers, and the second one answers only `image inspect`.
    @Test(arguments: ["exec sleep 50", "[ \"$1 $2\" = 'image inspect' ] || exec sleep 50"])
    func `the timeout counts while the execution environment is prepared`(
        script: String
    ) async throws {
        let start = ContinuousClock.now
        let outcome = try await BuildspecProcess.run(
            [
                "run", "--cache", "none", "--image", "x", "--engine", try engine(script),
                "--timeout", "1s", "--events", "events",
            ],
            in: directory
        )
        #expect(outcome.status == 124, "\(outcome)")
        #expect(
            outcome.error.contains("the build's time of 1.0 s was up before a command could run")
        )
        #expect(outcome.error.contains("pass a longer '--timeout'"))
        #expect(try directory.read("events")?.contains("\"state\":\"TIMED_OUT\"") == true)
        #expect(try directory.read("never") == nil)
        #expect(.now - start < .seconds(45))
    }
}
