import BuildspecCache
import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals and timeouts during the save of a file that is too large to finish.
@Suite(.timed, .serialized, .timeLimit(.minutes(5)))
struct CacheStopTests {
    private let directory: TemporaryDirectory
    private let store: TemporaryDirectory

    init() throws {
        (directory, store) = (try TemporaryDirectory(), try TemporaryDirectory())
        try directory.write("", to: "tree/hole")
        let hole = try FileDescriptor.open(directory.file("tree/hole"), .writeOnly)
        try hole.closeAfter { try #require(ftruncate(hole.rawValue, 1 << 38) == 0) }
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['touch built']}}
            cache: {paths: ['tree/**/*']}
            """,
            to: "buildspec.yml"
        )
    }

    private var saveArguments: [String] { CrashFixture.arguments("save", key: "k", store: store) }

    /// Waits until a save has begun to write.
    private func waitForPart() async throws {
        while try CrashFixture.leftovers(in: store).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func expectNothing() throws {
        #expect(try CrashFixture.leftovers(in: store) == [])
        #expect(try DirectoryStore(store.path).list(prefix: "v1/keys/").objects.isEmpty)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func `a signal stops a save, which leaves nothing in the store`(signal: Int32) async throws {
        let outcome = try await BuildspecProcess.run(saveArguments, in: directory) { process in
            try await waitForPart()
            kill(process.value, signal)
        }
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.error == "error: stopped\n")
        #expect(outcome.output.isEmpty)
        try expectNothing()
    }

    @Test func `a second signal ends a save at once`() async throws {
        let outcome = try await BuildspecProcess.run(saveArguments, in: directory) { process in
            try await waitForPart()
            kill(process.value, SIGINT)
            kill(process.value, SIGTERM)
        }
        #expect(outcome.status == 130, "\(outcome)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal stops the save of a build`(signal: Int32) async throws {
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", store.path.string],
            in: directory
        ) { process in
            try await waitForPart()
            kill(process.value, signal)
        }
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.output.contains("\nbuild STOPPED in "), "\(outcome)")
        #expect(outcome.output.contains("not saved: the build was stopped"))
        try expectNothing()
    }

    @Test func `a timeout ends the save of a build`() async throws {
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", store.path.string, "--timeout", "12s"],
            in: directory
        )
        #expect(outcome.status == 124, "\(outcome)")
        #expect(outcome.output.contains("\nbuild TIMED_OUT in "), "\(outcome)")
        #expect(try directory.read("built") != nil)
        try expectNothing()
    }
}

/// Signals during the restore of an entry with many files.
@Suite(.timed, .serialized, .timeLimit(.minutes(5)))
struct RestoreStopTests {
    @Test func `a signal stops a restore of many small files long before its end`() async throws {
        let (tree, store) = (try TemporaryDirectory(), try TemporaryDirectory())
        let home = try TemporaryDirectory()
        for number in 0..<20_000 {
            try tree.write("\(number)", to: "tree/\(number / 1_000)/\(number)")
        }
        _ = try await BuildCache(directory: store.path).save(
            CrashFixture.identity("k"),
            from: tree.path
        )
        let arguments = CrashFixture.arguments("restore", key: "k", store: store)
        let environment: [Environment.Key: String] = ["HOME": home.path.string]
        let start = ContinuousClock.now
        let whole = try await BuildspecProcess.run(
            arguments,
            in: TemporaryDirectory(),
            environment: environment
        )
        let wholeTime = ContinuousClock.now - start
        #expect(whole.status == 0, "\(whole)")

        let directory = try TemporaryDirectory()
        let outcome = try await BuildspecProcess.run(
            arguments,
            in: directory,
            environment: environment
        ) { process in
            while try directory.handle.names().isEmpty {
                try await Task.sleep(for: .milliseconds(2))
            }
            kill(process.value, SIGTERM)
        }
        let stopTime = ContinuousClock.now - outcome.bodyEnd
        #expect(outcome.status == 130, "\(outcome)")
        #expect(stopTime < max(wholeTime / 2, .seconds(1)), "\(stopTime) of \(wholeTime)")
        #expect(try directory.handle.names() == [])
    }
}

#if os(Linux)
    /// Signals in each of the calls that change files.
    @Suite(.timed, .serialized) struct SignalInCallTests {
        private static let signal = FaultyCalls.Fault.command("kill -TERM $PPID")

        @Test(.timeLimit(.minutes(20)), arguments: ["save", "restore"])
        func `a signal in any call leaves a sound store and a complete tree`(
            command: String
        ) async throws {
            let fixture = try CrashFixture()
            let calls = try await FaultyCalls()
            let whole = try await fixture.store(withNew: true)
            let work = try await fixture.workspace(whole)
            let before = try TreeSnapshot(work.path)
            let identity = CrashFixture.identity("new")
            _ = try await fixture.cache(whole).restore(identity, into: work.path)
            let after = try TreeSnapshot(work.path)
            let run = { @Sendable (call: Int) async throws in
                let store = try await fixture.store(withNew: command == "restore")
                let directory = command == "save" ? fixture.new : try await fixture.workspace(store)
                let outcome = try await BuildspecProcess.run(
                    CrashFixture.arguments(command, key: "new", store: store),
                    in: directory,
                    environment: fixture.environment.merging(
                        calls.environment(
                            SignalInCallTests.signal,
                            at: call,
                            of: .writes,
                            counter: "\(call)"
                        )
                    ) { $1 }
                )
                return (store, directory, outcome)
            }
            _ = try await run(0)
            let count = try calls.count("0")
            #expect(count > 5)
            let step = TestScope.count(9, all: 1)
            try await CrashFixture.each(Array(stride(from: 1, through: count, by: step))) { call in
                let (store, directory, outcome) = try await run(call)
                let comment: Comment = "call \(call): \(outcome)"
                // Until the command watches for signals, one ends it directly.
                #expect([0, 130, -SIGTERM].contains(outcome.status), comment)
                #expect(try CrashFixture.leftovers(in: store) == [], comment)
                #expect(try CrashFixture.leftovers(in: directory) == [], comment)
                try await fixture.expectSound(store, "old", is: fixture.oldTree, comment)
                guard command == "restore" else { return }
                let expected = outcome.status == 0 ? after : before
                #expect(try expected.difference(from: TreeSnapshot(directory.path)) == nil, comment)
            }
        }
    }
#endif
