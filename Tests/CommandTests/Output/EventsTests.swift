import Foundation
import TestSupport
import Testing

/// `run --events`, whose format `docs/events.md` describes.
@Suite(.timed, .timeLimit(.minutes(2)))
struct EventsTests {
    private static let buildspec = """
        version: 0.2
        phases:
          install:
            commands: ['echo "one" $TOKEN']
          build:
            commands: ['exit 3']
            finally: ['echo end']
        """

    /// The golden log: a change here is a change of the format that programs read.
    @Test func `every event is a line of JSON of version 1`() async throws {
        let outcome = try await Self.run(Self.buildspec, ["--events", "-", "--mask", "TOKEN"])
        #expect(outcome.status == 1)
        #expect(
            Self.masked(outcome.output) == """
                V"event":"build-began","project":"p","number":1,"id":"p:U","arn":"arn:aws:codebuild:us-east-1:000000000000:build/p:U"}
                V"event":"phase-began","phase":"INSTALL"}
                V"event":"command-began","phase":"INSTALL","list":"commands","index":0,"command":"echo \\"one\\" $TOKEN","line":4,"column":16}
                V"event":"output","text":"one ***\\n"}
                V"event":"command-ended","phase":"INSTALL","list":"commands","index":0,"status":0,"seconds":S}
                V"event":"phase-ended","phase":"INSTALL","state":"SUCCEEDED","seconds":S}
                V"event":"phase-began","phase":"PRE_BUILD"}
                V"event":"phase-ended","phase":"PRE_BUILD","state":"SUCCEEDED","seconds":S}
                V"event":"phase-began","phase":"BUILD"}
                V"event":"command-began","phase":"BUILD","list":"commands","index":0,"command":"exit 3","line":6,"column":16}
                V"event":"command-ended","phase":"BUILD","list":"commands","index":0,"status":3,"seconds":S}
                V"event":"command-began","phase":"BUILD","list":"finally","index":0,"command":"echo end","line":7,"column":15}
                V"event":"output","text":"end\\n"}
                V"event":"command-ended","phase":"BUILD","list":"finally","index":0,"status":0,"seconds":S}
                V"event":"phase-ended","phase":"BUILD","state":"FAILED","seconds":S,"failure":F}
                V"event":"phase-began","phase":"POST_BUILD"}
                V"event":"phase-ended","phase":"POST_BUILD","state":"SUCCEEDED","seconds":S}
                V"event":"reports-discovered","pattern":"**/*","files":0,"seconds":S}
                V"event":"build-ended","state":"FAILED","seconds":S,"phases":[{"phase":"INSTALL","state":"SUCCEEDED","seconds":S},{"phase":"PRE_BUILD","state":"SUCCEEDED","seconds":S},{"phase":"BUILD","state":"FAILED","seconds":S,"failure":F},{"phase":"POST_BUILD","state":"SUCCEEDED","seconds":S}],"failure":F}

                """
        )
        #expect(outcome.error.contains("build FAILED in"), "the log is on standard error")
    }

    @Test func `an events file has lines of JSON, and the log stays on standard output`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: { build: { commands: ['mkdir -p out; echo x > out/x'] } }
            artifacts: { files: ['out/*'] }
            cache: { key: k, paths: ['out/**/*'] }
            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            [
                "run", "--cache", "cache", "--project", "p", "--artifacts", "kept", "--events",
                "events.ndjson",
            ],
            in: directory
        )
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("build SUCCEEDED in"))
        let text = try #require(try directory.read("events.ndjson"))
        let lines = text.split(separator: "\n")
        let names = try lines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require((value as? [String: Any])?["event"] as? String)
        }
        #expect(names.contains("cache-restored"))
        #expect(names.contains("artifact"))
        #expect(names.contains("cache-saved"))
        #expect(names.last == "build-ended")
        #expect(text.contains("\"cacheSaved\":{\"outcome\":\"saved\",\"files\":1,\"bytes\":2,"))
        #expect(text.contains("\"artifacts\":{\"outcome\":\"collected\","))
    }

    @Test(arguments: [
        ("printf 'a\\377b'", "\"text\":\"a\u{FFFD}b\",\"base64\":\"Yf9i\"}"),
        ("printf '\\303'; sleep 0.1; printf '\\244'", "\"text\":\"ä\"}"),
        ("printf '\\303'", "\"text\":\"\u{FFFD}\",\"base64\":\"ww==\"}"),
        ("printf '\\033[1m\\t\\0'", "\"text\":\"\\u001b[1m\\t\\u0000\"}"),
    ])
    func `an output event has the text, and the bytes if they are not UTF-8`(
        command: String,
        line: String
    ) async throws {
        let outcome = try await Self.run(
            "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        \(command)\n",
            ["--events", "-"]
        )
        #expect(outcome.output.contains("\"event\":\"output\"," + line))
    }

    @Test func `a build that cannot start is one event`() async throws {
        let outcome = try await Self.run(
            "version: 0.2\nenv: { shell: nosuch }\nphases: { build: { commands: ['true'] } }\n",
            ["--events", "-"]
        )
        #expect(outcome.status == 2)
        let line = Self.masked(outcome.output)
        let beginning = #"V"event":"build-not-started","phase":"DOWNLOAD_SOURCE","problems":[{""#
        #expect(line.hasPrefix(beginning + #"message":""#))
        #expect(line.hasSuffix("\"line\":2,\"column\":15}]}\n"))
    }

    @Test func `an events file that cannot be written is an error of the command line`()
        async throws
    {
        let outcome = try await Self.run(Self.buildspec, ["--events", "none/such"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--events: cannot write 'none/such': No such file"))
    }

    private static func run(
        _ buildspec: String,
        _ arguments: [String]
    ) async throws -> BuildspecProcess.Outcome {
        let directory = try TemporaryDirectory()
        try directory.write(buildspec, to: "buildspec.yml")
        return try await BuildspecProcess.run(
            ["run", "--cache", "none", "--project", "p", "--env", "TOKEN=s3cr3t-of-tess"]
                + arguments,
            in: directory
        )
    }

    /// Replaces the parts of the events that are different in every build.
    private static func masked(_ text: String) -> String {
        let failure =
            "{\"phase\":\"BUILD\",\"list\":\"commands\",\"index\":0,\"command\":\"exit 3\","
            + "\"line\":6,\"column\":16,\"status\":3}"
        return text.replacing(failure, with: "F")
            .replacing(
                #/\{"version":1,"time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z",/#,
                with: "V"
            )
            .replacing(#/"seconds":[0-9]+\.[0-9]{3}/#, with: "\"seconds\":S")
            .replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "U")
    }
}
