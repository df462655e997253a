#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// Files that somebody changes while a save reads them: each is stored as it was at one moment, or
    /// left out and said.
    @Suite struct `Files that change during a save` {
        /// What the shell does to the tree, with nothing between its steps that was not there before and
        /// is not there after: other threads of the save go on meanwhile, and may store that too.
        private static let changes = [
            "printf longer >>tree/a/file",
            ": >tree/a/file",
            "printf 'another one of another size' >new && mv new tree/a/file",
            "rm -f tree/a/file",
            "touch tree/a/file",
            "mv tree/a tree/away 2>/dev/null && ln -s /etc tree/a || :",
            "printf 'now a file' >new && rm -rf tree/a && mv new tree/a || :",
            "rm -f tree/a/file && mkfifo tree/a/file || :",
        ]

        private func fill(_ place: TemporaryDirectory) throws {
            for name in ["a/file", "a/sub/other", "b/last"] {
                try place.write("the content of \(name)", to: "tree/\(name)")
            }
            let set = PathSet(["tree"], root: PathBytes(place.path.string))
            var cursor = DirectoryCursor(root: place.handle)
            for entry in try TreeWalk(set, root: place.handle).entries {
                let above = entry.path.components.dropLast()
                try cursor.directory(above)
                    .setModified(entry.path.split.name, FileTime(seconds: 5, nanoseconds: 5))
            }
        }

        /// At every call in which a save looks at the tree, one of the changes is made.
        @Test(.timeLimit(.minutes(10)), arguments: changes)
        func `a file that changes during a save is stored as it was before or after`(
            change: String
        ) async throws {
            let calls = try await FaultyCalls()
            let home = try TemporaryDirectory()
            let run = { @Sendable (call: Int) async throws in
                let (place, store) = (try TemporaryDirectory(), try TemporaryDirectory())
                try fill(place)
                let outcome = try await BuildspecProcess.run(
                    CrashBench.arguments("save", key: "k", store: store),
                    in: place,
                    environment: calls.environment(
                        .command("cd '\(place.path.string)' && { \(change); }"),
                        at: call,
                        of: .reads,
                        counter: "\(call)"
                    ).merging(["HOME": home.path.string]) { $1 }
                )
                return (place, store, outcome)
            }
            let (source, _, counted) = try await run(0)
            #expect(counted.status == 0, "\(counted.error)")
            let before = try TreeSnapshot(source.path).contents
            let count = try calls.count("0")
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix64(seed: seed)
            let chosen = (1...max(1, count))
                .filter { _ in CrashBench.isThorough || random.next() % 6 == 0 }
            try await CrashBench.each(chosen) { call in
                let (place, store, outcome) = try await run(call)
                let comment: Comment = "call \(call) of \(count), seed \(seed)"
                #expect(outcome.status == 0, "\(outcome.error)")
                let after = try TreeSnapshot(place.path).contents
                let cache = BuildCache(directory: store.path)
                #expect(try await cache.verify().problems == [], comment)
                let target = try TemporaryDirectory()
                _ = try await cache.restore(CrashBench.identity("k"), into: target.path)
                let found = try TreeSnapshot(target.path).contents
                for (path, content) in found {
                    let isWhole = before[path] == content || after[path] == content
                    #expect(isWhole, "'\(path)' at \(comment)")
                }
                // What was there before and after is left out only if that is said.
                for path in before.keys where found[path] == nil && after[path] == before[path] {
                    #expect(outcome.error.contains("left out"), "'\(path)' at \(comment)")
                }
            }
        }

        /// Whether the file ever was like this.
        ///
        /// A write of many bytes has states in between; each of them is the new beginning and the old
        /// rest. What no moment ever saw is a part that is older than what stands behind it.
        private func isOneState(_ bytes: [UInt8]) -> Bool {
            guard let first = bytes.first, let last = bytes.last else { return false }
            let cut = bytes.firstIndex { $0 != first } ?? bytes.endIndex
            let order = Array("abcdefgha".utf8)
            return bytes[cut...].allSatisfy { $0 == last }
                && (first == last || zip(order, order.dropFirst()).contains { $0 == (last, first) })
        }

        @Test(.timeLimit(.minutes(2)))
        func `a file that never stops changing is stored consistently or left out`() async throws {
            let place = try TemporaryDirectory()
            let store = try TemporaryDirectory()
            try place.write("still", to: "tree/still")
            let cache = BuildCache(directory: store.path)
            // A writer that overwrites in place, each time with one letter throughout.
            let writer = """
                import sys
                name = sys.argv[1]
                open(name, "wb").write(b"a" * 60000)
                print(0, flush=True)
                import threading
                threading.Thread(target=lambda: (sys.stdin.read(), __import__("os")._exit(0))).start()
                while True:
                    for letter in b"abcdefgh":
                        with open(name, "r+b") as file:
                            file.write(bytes([letter]) * 60000)
                """
            let name = place.file("tree/busy").string
            try await PythonServer.run(writer, [name]) { _ in
                for round in 0..<4 {
                    let key = "\(round)"
                    let report = try await cache.save(CrashBench.identity(key), from: place.path)
                    let target = try TemporaryDirectory()
                    _ = try await cache.restore(CrashBench.identity(key), into: target.path)
                    #expect(try target.read("tree/still") == "still")
                    let busy = PathBytes(target.file("tree/busy").string)
                    if let bytes = try AtomicFile.read(busy, limit: 1 << 20) {
                        #expect(bytes.count == 60_000)
                        #expect(isOneState(bytes), "round \(round)")
                    } else {
                        #expect(report.filesLeftOut == 1)
                        let said = "'tree/busy' changed while it was read; it was left out"
                        #expect(report.notes == [said])
                    }
                }
            }
        }
    }
#endif
