import BuildspecFiles
import BuildspecModel
import BuildspecRunner
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Output, stops, timeouts and background processes, with real shells.
@Suite(.timed, .timeLimit(.minutes(1)))
struct BuildProcessTests {
    @Test func `a shell that a signal ends has status 128 plus the signal's number`() async throws {
        let build = try TestBuild(install: ["A=1", "A=2; kill -9 $$"])
        #expect(try await build.run().state == .failed)
        #expect(build.sink.statuses == [0, 137])
    }

    @Test func `standard output and standard error of a command are merged in order`() async throws
    {
        let commands = ["for i in 1 2 3; do echo out $i; echo err $i >&2; done"]
        let lines = try await TestBuild(build: commands).lines()
        #expect(lines == ["out 1", "err 1", "out 2", "err 2", "out 3", "err 3"])
    }

    @Test func `the output of a command comes between its start and its end`() async throws {
        let build = try TestBuild(build: ["echo one", "echo two"])
        _ = try await build.run()
        let order = build.sink.events.compactMap { event -> String? in
            switch event {
            case .commandBegan(let command): "begin \(command.index)"
            case .output(let bytes): String(decoding: bytes, as: UTF8.self)
            case .commandEnded(let command, let status, _): "end \(command.index) \(status)"
            default: nil
            }
        }
        #expect(order == ["begin 0", "one\n", "end 0 0", "begin 1", "two\n", "end 1 0"])
    }

    @Test func `the output of a command is passed on while it runs`() async throws {
        let build = try TestBuild()
        let marker = build.scratch.path.appending("seen").string
        let sink = RecordingSink { event in
            if case .output = event {
                _ = FileManager.default.createFile(atPath: marker, contents: nil)
            }
        }
        var live = try TestBuild(
            build: ["echo live; while ! test -e \(marker); do sleep 0.01; done"],
            sink: sink
        )
        live.request.timeout = .seconds(120)
        #expect(try await live.run().state == .succeeded)
    }

    @Test(arguments: ["", "> /dev/null 2>&1"])
    func `a background process runs during later commands and ends with the build`(
        redirection: String
    ) async throws {
        let build = try TestBuild(
            install: ["nohup sleep 600 \(redirection) & echo $! > pid"],
            build: ["kill -0 $(cat pid)"]
        )
        let result = try await build.run()
        #expect(result.state == .succeeded)
        #expect(try !isAlive(build.pid("pid")))
    }

    @Test func `a background process that ignores TERM is killed after the grace period`()
        async throws
    {
        var build = try TestBuild(build: [
            "sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 0.05; done' & "
                + "while ! test -s pid; do sleep 0.01; done"
        ])
        build.request.gracePeriod = .milliseconds(1_200)
        #expect(try await build.run().state == .succeeded)
        #expect(try !isAlive(build.pid("pid")))
        #expect(
            build.sink.warnings == [
                "background processes do not end; waiting before killing them"
            ]
        )
    }

    @Test func `a background process that keeps the pipe open does not delay the build`()
        async throws
    {
        let build = try TestBuild(build: ["sleep 600 & echo started", "echo next"])
        let start = ContinuousClock.now
        #expect(try await build.lines() == ["started", "next"])
        #expect(ContinuousClock.now - start < .seconds(300))
    }

    @Test func `a cancelled build ends its processes and runs no further command`() async throws {
        let started = AsyncStream.makeStream(of: Void.self)
        let sink = RecordingSink { event in
            if case .output = event { started.continuation.yield() }
        }
        let build = try TestBuild(
            build: ["sleep 600 & echo $! > pid; echo started; sleep 600", "echo never"],
            sink: sink
        )
        let result = try await withThrowingTaskGroup(of: BuildResult?.self) { group in
            group.addTask { try await build.run() }
            for await _ in started.stream { break }
            group.cancelAll()
            return try await group.next() ?? nil
        }
        #expect(result?.state == .stopped)
        #expect(result?.phases.map(\.state) == [.succeeded, .succeeded, .stopped, .skipped])
        #expect(build.sink.commands.count == 1)
        #expect(try !isAlive(build.pid("pid")))
    }

    @Test func `a build leaves nothing in the temporary directory`() async throws {
        let temporary = try TemporaryDirectory()
        var build = try TestBuild(build: ["cd -; touch left; mkdir -p a/b", "exit 3"])
        build.request.hostEnvironment["TMPDIR"] = temporary.path.string
        #expect(try await build.run().state == .failed)
        #expect(try temporary.handle.names() == [])
    }

    @Test func `the build's private directory is closed to other users`() async throws {
        let temporary = try TemporaryDirectory()
        var build = try TestBuild(build: ["stat -c %a $TMPDIR/buildspec-*"])
        build.request.hostEnvironment["TMPDIR"] = temporary.path.string
        #expect(try await build.lines() == ["700"])
    }

    @Test func `a command has no controlling terminal and leads a process group`()
        async throws
    {
        let build = try TestBuild(build: [
            "test $(ps -o pgid= -p $$) -eq $$ && echo leader",
            "(: < /dev/tty) 2> /dev/null || echo none",
        ])
        #expect(try await build.lines() == ["leader", "none"])
    }
}
