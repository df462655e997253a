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

/// Signals and timeouts while a cache is saved: of a file so large that nobody waits for its end here.
@Suite(.serialized, .timeLimit(.minutes(5)))
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

    private var saving: [String] { CrashBench.arguments("save", key: "k", store: store) }

    /// Waits until a save has begun to write.
    private func waitForPart() async throws {
        while try CrashBench.leftovers(in: store).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func expectNothing() throws {
        #expect(try CrashBench.leftovers(in: store) == [])
        #expect(try DirectoryStore(store.path).list(prefix: "v1/keys/").isEmpty)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func `a signal stops a save, which leaves nothing in the store`(signal: Int32) async throws {
        let outcome = try await BuildspecProcess.run(saving, in: directory) { process in
            try await waitForPart()
            kill(process.value, signal)
        }
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.error == "error: stopped\n")
        #expect(outcome.output.isEmpty)
        try expectNothing()
    }

    @Test func `a second signal ends a save at once`() async throws {
        let outcome = try await BuildspecProcess.run(saving, in: directory) { process in
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

#if os(Linux)
    /// Signals that come in any of the calls by which files are changed.
    @Suite(.serialized) struct SignalInCallTests {
        private static let signal = FaultyCalls.Fault.command("kill -TERM $PPID")

        @Test(.timeLimit(.minutes(10)), arguments: ["save", "restore"])
        func `a signal in any call leaves a sound store and a complete tree`(
            verb: String
        ) async throws {
            let bench = try CrashBench()
            let calls = try await FaultyCalls()
            let whole = try await bench.store(withNew: true)
            let work = try await bench.workspace(whole)
            let before = try TreeSnapshot(work.path)
            let identity = CrashBench.identity("new")
            _ = try await bench.cache(whole).restore(identity, into: work.path)
            let after = try TreeSnapshot(work.path)
            let run = { @Sendable (call: Int) async throws in
                let store = try await bench.store(withNew: verb == "restore")
                let place = verb == "save" ? bench.new : try await bench.workspace(store)
                let outcome = try await BuildspecProcess.run(
                    CrashBench.arguments(verb, key: "new", store: store),
                    in: place,
                    environment: bench.environment.merging(
                        calls.environment(
                            SignalInCallTests.signal,
                            at: call,
                            of: .writes,
                            counter: "\(call)"
                        )
                    ) { $1 }
                )
                return (store, place, outcome)
            }
            _ = try await run(0)
            let count = try calls.count("0")
            #expect(count > 5)
            let step = CrashBench.isThorough ? 1 : 3
            try await CrashBench.each(Array(stride(from: 1, through: count, by: step))) { call in
                let (store, place, outcome) = try await run(call)
                let comment: Comment = "call \(call): \(outcome)"
                // Before the command watches for signals, one ends it as the system does.
                #expect([0, 130, -SIGTERM].contains(outcome.status), comment)
                #expect(try CrashBench.leftovers(in: store) == [], comment)
                #expect(try CrashBench.leftovers(in: place) == [], comment)
                try await bench.expectSound(store, "old", is: bench.oldTree, comment)
                guard verb == "restore" else { return }
                let expected = outcome.status == 0 ? after : before
                #expect(try expected.difference(from: TreeSnapshot(place.path)) == nil, comment)
            }
        }
    }
#endif
