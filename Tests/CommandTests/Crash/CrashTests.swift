#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// A process that dies or meets a broken or full disk in any of the calls by which it changes files.
    ///
    /// `BUILDSPEC_TEST_CRASHES=1` tries every call; else every third is tried with each fault, and
    /// every call with one of them.
    @Suite(.serialized) struct `Crashes and disk faults` {
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
                    .filter { CrashBench.isThorough || call % faults.count == $0 }
                    .map { Case(call: call, fault: faults[$0]) }
            }
        }

        /// Runs the command with every fault in every call.
        ///
        /// - Parameters:
        ///   - verb: what the cache command is to do.
        ///   - bench: the trees.
        ///   - more: further arguments.
        ///   - prepare: makes the store and the directory of a run.
        ///   - check: looks at what came of it.
        /// - Throws: when nothing can be run.
        private func meet(
            _ verb: String,
            _ bench: CrashBench,
            _ more: [String] = [],
            prepare:
                @escaping @Sendable () async throws -> (
                    store: TemporaryDirectory, place: TemporaryDirectory
                ),
            check:
                @escaping @Sendable (
                    Case, TemporaryDirectory, TemporaryDirectory, BuildspecProcess.Outcome
                ) async throws -> Void
        ) async throws {
            let calls = try await FaultyCalls()
            let run = { @Sendable (item: Case) async throws in
                let (store, place) = try await prepare()
                let arguments =
                    verb == "prune"
                    ? ["cache", verb, "--cache", store.path.string] + more
                    : CrashBench.arguments(verb, key: "new", store: store)
                let outcome = try await BuildspecProcess.run(
                    arguments,
                    in: place,
                    environment: bench.environment.merging(
                        calls.environment(
                            item.fault,
                            at: item.call,
                            of: .writes,
                            counter: item.name
                        )
                    ) { $1 }
                )
                return (store, place, outcome)
            }
            let counting = Case(call: 0, fault: .kill)
            let (_, _, outcome) = try await run(counting)
            #expect(outcome.status == 0, "\(outcome.error)")
            let count = try calls.count(counting.name)
            #expect(count > 5, "the library counts nothing")
            try await CrashBench.each(cases(count)) { item in
                let (store, place, outcome) = try await run(item)
                switch item.fault {
                case .kill:
                    // Threads race for the same work, so one run may make fewer calls than another.
                    let isOver = try calls.count(item.name) < item.call
                    #expect(outcome.status == (isOver ? 0 : -9), item.comment)
                default:
                    #expect([0, 3].contains(outcome.status), item.comment)
                    let lines = outcome.error.split(whereSeparator: \.isNewline).count
                    #expect(lines <= 1, "\(item.name): \(outcome.error)")
                    #expect(outcome.status == 0 || lines == 1, item.comment)
                }
                try await check(item, store, place, outcome)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted save leaves a sound store with its entries and can be repeated`()
            async throws
        {
            let bench = try CrashBench()
            try await meet("save", bench) {
                (try await bench.store(withNew: false), bench.new)
            } check: { item, store, _, outcome in
                try await bench.expectSound(store, "old", is: bench.oldTree, item.comment)
                let again = try await bench.cache(store)
                    .save(CrashBench.identity("new"), from: bench.new.path)
                #expect(again.outcome != .nothingToSave, item.comment)
                #expect(outcome.status != 0 || again.outcome == .alreadyStored, item.comment)
                _ = try await bench.cache(store).prune(PruneLimits(gracePeriod: 0))
                #expect(try CrashBench.leftovers(in: store) == [], item.comment)
                try await bench.expectSound(store, "new", is: bench.newTree, item.comment)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted restore leaves old or restored files and can be repeated`()
            async throws
        {
            let bench = try CrashBench()
            let store = try await bench.store(withNew: true)
            let place = try await bench.workspace(store)
            let before = try TreeSnapshot(place.path)
            let identity = CrashBench.identity("new")
            _ = try await bench.cache(store).restore(identity, into: place.path)
            let after = try TreeSnapshot(place.path)
            try await meet("restore", bench) {
                (store, try await bench.workspace(store))
            } check: { item, store, place, outcome in
                let found = try TreeSnapshot(place.path)
                switch (item.fault, outcome.status) {
                case (.kill, _):
                    expectEachWhole(found, before, after, item.comment)
                case (_, 0) where outcome.error.isEmpty:
                    #expect(after.difference(from: found) == nil, item.comment)
                case (_, 0):
                    // The time of a directory could not be set, or what was replaced not be removed.
                    #expect(after.contents == found.contents, item.comment)
                default:
                    #expect(before.difference(from: found) == nil, item.comment)
                    #expect(try CrashBench.leftovers(in: place) == [], item.comment)
                }
                _ = try await bench.cache(store).restore(identity, into: place.path)
                let again = try TreeSnapshot(place.path)
                #expect(after.difference(from: again) == nil, item.comment)
                #expect(try CrashBench.leftovers(in: place) == [], item.comment)
            }
            #expect(try await bench.cache(store).verify().problems == [])
        }

        @Test(.timeLimit(.minutes(30)))
        func `an interrupted prune leaves a sound store with the kept entries`() async throws {
            let bench = try CrashBench()
            try await meet("prune", bench, ["--grace", "0"]) {
                let store = try await bench.store(withNew: true)
                let cache = bench.cache(store)
                _ = try await cache.save(CrashBench.identity(nil), from: bench.old.path)
                // Garbage of every kind: what only the keyless entry's first state needed.
                _ = try await cache.save(CrashBench.identity(nil), from: bench.new.path)
                try store.write("torn", to: "v1/keys/s/torn/0")
                try store.handle.directory("v1".utf8).directory("keys".utf8)
                    .directory("s".utf8).directory("torn".utf8)
                    .setModified("0".utf8, FileTime(seconds: 9, nanoseconds: 0))
                return (store, bench.new)
            } check: { item, store, _, _ in
                for key in ["old", "new"] {
                    let tree = key == "old" ? bench.oldTree : bench.newTree
                    let place = try TemporaryDirectory()
                    let restored = try await bench.cache(store)
                        .restore(CrashBench.identity(key), into: place.path)
                    #expect(restored.outcome == .exact(key: key), item.comment)
                    #expect(
                        try tree.difference(from: TreeSnapshot(place.path)) == nil,
                        item.comment
                    )
                }
                _ = try await bench.cache(store).prune(PruneLimits(gracePeriod: 0))
                try await bench.expectSound(store, "old", is: bench.oldTree, item.comment)
                try await bench.expectSound(store, "new", is: bench.newTree, item.comment)
            }
        }

        /// Every file is the old one or the new one, and nothing that was there is missing.
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
        /// What files and links hold and which names are directories, without times and modes.
        var contents: [String: [UInt8]?] {
            entries.mapValues { $0.kind == .directory ? nil : $0.content }
        }
    }
#endif
