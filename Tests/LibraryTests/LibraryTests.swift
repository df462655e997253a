import BuildspecCache
import BuildspecRunner
import Foundation
import Synchronization
import SystemPackage
import Testing

/// The libraries as another package sees them: this target has no access to package symbols.
@Suite(.timeLimit(.minutes(2))) struct LibraryTests {
    private static let buildspec = """
        version: 0.2
        phases:
          build:
            commands: ['test -e deps/x && echo found || { echo made; mkdir deps; echo 1 > deps/x; }']
        cache: { paths: [deps] }
        """

    /// Runs a build in a new source directory.
    ///
    /// - Returns: The result, which is `nil` for a file with mistakes, and the log.
    private func build(
        _ text: String,
        by agent: Agent
    ) async throws -> (result: BuildResult?, log: [String]) {
        let sources = agent.state.appending("sources-\(UUID())")
        try FileManager.default.createDirectory(
            atPath: sources.string,
            withIntermediateDirectories: true
        )
        let log = Mutex<[String]>([])
        let result = try await agent.build(Array(text.utf8), in: sources, project: "p") { line in
            log.withLock { $0.append(line) }
        }
        return (result, log.withLock { $0 })
    }

    private func withAgent(_ body: (Agent) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "agent-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(
            Agent(
                state: FilePath(directory.path),
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": directory.path,
                    "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
                ]
            )
        )
    }

    @Test func `an agent of another package runs builds and restores their cache`() async throws {
        try await withAgent { agent in
            let first = try await build(Self.buildspec, by: agent)
            #expect(first.result?.state == .succeeded)
            #expect(first.log == ["made\n"])
            let second = try await build(Self.buildspec, by: agent)
            #expect(second.result?.state == .succeeded)
            #expect(second.log == ["found\n"])
            guard case .restored(let report) = second.result?.restored else {
                Issue.record("\(second)")
                return
            }
            #expect(report.files == 1)
        }
    }

    @Test func `a bucket that does not answer is one warning, and the build succeeds`() async throws
    {
        try await withAgent { agent in
            var agent = agent
            // No server listens on this port.
            agent.bucket = "s3://bucket/ci?region=eu-west-1&endpoint=http://127.0.0.1:1"
            let build = try await build(Self.buildspec, by: agent)
            #expect(build.result?.state == .succeeded)
            #expect(build.log.contains { $0.contains("; going on with '") }, "\(build)")
        }
    }

    @Test func `a buildspec file with a mistake is reported and not run`() async throws {
        try await withAgent { agent in
            let build = try await build("version: 0.2\nphases: 1\n", by: agent)
            #expect(build.result == nil)
            #expect(build.log.first?.hasPrefix("buildspec.yml:2:9: error: ") == true, "\(build)")
        }
    }

    @Test func `the library guide shows the agent that is tested`() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let code = try String(contentsOf: here.appending(path: "Agent.swift"), encoding: .utf8)
        let guide = try String(
            contentsOf: here.appending(path: "../../docs/library.md"),
            encoding: .utf8
        )
        #expect(guide.contains("```swift\n\(code)```\n"))
    }
}
