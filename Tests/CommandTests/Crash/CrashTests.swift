#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// A process that is killed, or has a broken or full disk, in each call that changes files.
    ///
    /// `./dev test --all` tries every call with every fault. Otherwise every second call has one
    /// fault.
    @Suite(.timed, .serialized) struct `Crashes and disk faults` {
        struct Case: Sendable {
            var call: Int
            var fault: FaultyCalls.Fault
            var name: String { "call \(call), \(fault)" }
            var comment: Comment { "\(name)" }
        }

        private func cases(_ count: Int) -> [Case] {
            let faults: [FaultyCalls.Fault] = [.kill, .brokenDisk, .fullDisk]
            return (1...max(1, count)).flatMap { call in
                faults.indices
                    .filter { TestScope.isFull || call % (2 * faults.count) == $0 }
                    .map { Case(call: call, fault: faults[$0]) }
            }
        }

        /// Runs a cache command once for each case.
        ///
        /// - Parameters:
        ///   - command: The name of the command.
        ///   - fixture: The trees.
        ///   - more: Further arguments.
        ///   - prepare: Makes the store and the directory of a run.
        ///   - check: Checks the result of a run.
        /// - Throws: An error if the command cannot be run.
        private func runCases(
            _ command: String,
            _ fixture: CrashFixture,
            _ more: [String] = [],
            prepare:
                @escaping @Sendable () async throws -> (
                    store: TemporaryDirectory, directory: TemporaryDirectory
                ),
            check:
                @escaping @Sendable (
                    Case, TemporaryDirectory, TemporaryDirectory, BuildspecProcess.Outcome
                ) async throws -> Void
        ) async throws {
            let calls = try await FaultyCalls()
            let run = { @Sendable (item: Case) async throws in
                let (store, directory) = try await prepare()
                let arguments =
                    command == "prune"
                    ? ["cache", command, "--cache", store.path.string] + more
                    : CrashFixture.arguments(command, key: "new", store: store)
                let outcome = try await BuildspecProcess.run(
                    arguments,
                    in: directory,
                    environment: fixture.environment.merging(
                        calls.environment(
                            item.fault,
                            at: item.call,
                            of: .writes,
                            counter: item.name
                        )
                    ) { $1 }
                )
                return (store, directory, outcome)
            }
            let counting = Case(call: 0, fault: .kill)
            let (_, _, outcome) = try await run(counting)
            #expect(outcome.status == 0, "\(outcome.error)")
            let count = try calls.count(counting.name)
            #expect(count > 5, "the library counts nothing")
            try await CrashFixture.each(cases(count)) { item in
                let (store, directory, outcome) = try await run(item)
                switch item.fault {
                case .kill:
                    // Threads race for the same work, so a run can make fewer calls than another.
                    let isOver = try calls.count(item.name) < item.call
                    #expect(outcome.status == (isOver ? 0 : -9), item.comment)
                default:
                    #expect([0, 3].contains(outcome.status), item.comment)
                    let lines = outcome.error.split(whereSeparator: \.isNewline).count
                    #expect(lines <= 1, "\(item.name): \(outcome.error)")
                    #expect(outcome.status == 0 || lines == 1, item.comment)
                }
                try await check(item, store, directory, outcome)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted save leaves a sound store with its entries and can be repeated`()
            async throws
        {
            let fixture = try CrashFixture()
            try await runCases("save", fixture) {
                (try await fixture.store(withNew: false), fixture.new)
            } check: { item, store, _, outcome in
                try await fixture.expectSound(store, "old", is: fixture.oldTree, item.comment)
                let again = try await fixture.cache(store)
                    .save(CrashFixture.identity("new"), from: fixture.new.path)
                #expect(again.outcome != .nothingToSave, item.comment)
                #expect(outcome.status != 0 || again.outcome == .alreadyStored, item.comment)
                _ = try await fixture.cache(store).prune(PruneLimits(gracePeriod: 0))
                #expect(try CrashFixture.leftovers(in: store) == [], item.comment)
                try await fixture.expectSound(store, "new", is: fixture.newTree, item.comment)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted restore leaves old or restored files and can be repeated`()
            async throws
        {
            let fixture = try CrashFixture()
            let store = try await fixture.store(withNew: true)
            let directory = try await fixture.workspace(store)
            let before = try TreeSnapshot(directory.path)
            let identity = CrashFixture.identity("new")
            _ = try await fixture.cache(store).restore(identity, into: directory.path)
            let after = try TreeSnapshot(directory.path)
            try await runCases("restore", fixture) {
                (store, try await fixture.workspace(store))
            } check: { item, store, directory, outcome in
                let found = try TreeSnapshot(directory.path)
                switch (item.fault, outcome.status) {
                case (.kill, _):
                    expectEachWhole(found, before, after, item.comment)
                case (_, 0) where outcome.error.isEmpty:
                    #expect(after.difference(from: found) == nil, item.comment)
                case (_, 0):
                    // The time of a directory cannot be set, or a replaced file cannot be removed.
                    #expect(after.contents == found.contents, item.comment)
                default:
                    #expect(before.difference(from: found) == nil, item.comment)
                    #expect(try CrashFixture.leftovers(in: directory) == [], item.comment)
                }
                _ = try await fixture.cache(store).restore(identity, into: directory.path)
                let again = try TreeSnapshot(directory.path)
                #expect(after.difference(from: again) == nil, item.comment)
                #expect(try CrashFixture.leftovers(in: directory) == [], item.comment)
            }
            #expect(try await fixture.cache(store).verify().problems == [])
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted prune leaves a sound store with the kept entries`() async throws {
            let fixture = try CrashFixture()
            try await runCases("prune", fixture, ["--grace", "0"]) {
                let store = try await fixture.store(withNew: true)
                let cache = fixture.cache(store)
                _ = try await cache.save(CrashFixture.identity(nil), from: fixture.old.path)
                // Unreferenced objects of every kind, from the first save of the default entry.
                _ = try await cache.save(CrashFixture.identity(nil), from: fixture.new.path)
                try store.write("torn", to: "v1/keys/s/torn/0")
                try store.handle.directory("v1".utf8).directory("keys".utf8)
                    .directory("s".utf8).directory("torn".utf8)
                    .setModified("0".utf8, FileTime(seconds: 9, nanoseconds: 0))
                return (store, fixture.new)
            } check: { item, store, _, _ in
                for key in ["old", "new"] {
                    let tree = key == "old" ? fixture.oldTree : fixture.newTree
                    let directory = try TemporaryDirectory()
                    let restored = try await fixture.cache(store)
                        .restore(CrashFixture.identity(key), into: directory.path)
                    #expect(restored.outcome == .exact(key: key), item.comment)
                    #expect(
                        try tree.difference(from: TreeSnapshot(directory.path)) == nil,
                        item.comment
                    )
                }
                _ = try await fixture.cache(store).prune(PruneLimits(gracePeriod: 0))
                try await fixture.expectSound(store, "old", is: fixture.oldTree, item.comment)
                try await fixture.expectSound(store, "new", is: fixture.newTree, item.comment)
            }
        }

        /// Expects that every file is the old or the new one, and that no old file is missing.
        private func expectEachWhole(
            _ found: TreeSnapshot,
            _ before: TreeSnapshot,
            _ after: TreeSnapshot,
            _ comment: Comment
        ) {
            for (path, entry) in found.contents {
                let isWhole = before.contents[path] == entry || after.contents[path] == entry
                #expect(isWhole, "'\(path)': \(comment)")
            }
            for path in before.contents.keys { #expect(found.contents[path] != nil, comment) }
        }
    }

    extension TreeSnapshot {
        /// The contents of files and links, and `nil` for directories, without times and modes.
        var contents: [String: [UInt8]?] {
            entries.mapValues { $0.kind == .directory ? nil : $0.content }
        }
    }
#endif
