#if os(Linux)
    import BuildspecCache
    import BuildspecFiles
    import Subprocess
    import SystemPackage
    import TestSupport
    import Testing

    /// Files that change while a save reads them.
    ///
    /// The save stores a state that existed, or leaves the file out with a note.
    @Suite(.timed) struct `Files that change during a save` {
        /// Shell commands that change the tree.
        ///
        /// Between their steps there is no other state, because other threads can save it.
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

        private func fill(_ directory: TemporaryDirectory) throws {
            for name in ["a/file", "a/sub/other", "b/last"] {
                try directory.write("the content of \(name)", to: "tree/\(name)")
            }
            let set = PathSet(["tree"], root: PathBytes(directory.path.string))
            var cursor = DirectoryCursor(root: directory.handle)
            for entry in try TreeWalk(set, root: directory.handle).entries {
                let above = entry.path.components.dropLast()
                try cursor.directory(above)
                    .setModified(entry.path.split.name, FileTime(seconds: 5, nanoseconds: 5))
            }
        }

        /// Makes the change at a call in which a save reads the tree, for each of the calls.
        @Test(.timeLimit(.minutes(10)), arguments: changes)
        func `a file that changes during a save is stored as it was before or after`(
            change: String
        ) async throws {
            let calls = try await FaultyCalls()
            let home = try TemporaryDirectory()
            let run = { @Sendable (call: Int) async throws in
                let (directory, store) = (try TemporaryDirectory(), try TemporaryDirectory())
                try fill(directory)
                let outcome = try await BuildspecProcess.run(
                    CrashFixture.arguments("save", key: "k", store: store),
                    in: directory,
                    environment: calls.environment(
                        .command("cd '\(directory.path.string)' && { \(change); }"),
                        at: call,
                        of: .reads,
                        counter: "\(call)"
                    ).merging(["HOME": home.path.string]) { $1 }
                )
                return (directory, store, outcome)
            }
            let (source, _, counted) = try await run(0)
            #expect(counted.status == 0, "\(counted.error)")
            let before = try TreeSnapshot(source.path).contents
            let count = try calls.count("0")
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix64(seed: seed)
            let chosen = (1...max(1, count))
                .filter { _ in TestScope.isFull || random.next() % 40 == 0 }
            try await CrashFixture.each(chosen) { call in
                let (directory, store, outcome) = try await run(call)
                let comment: Comment = "call \(call) of \(count), seed \(seed)"
                #expect(outcome.status == 0, "\(outcome.error)")
                let after = try TreeSnapshot(directory.path).contents
                let cache = BuildCache(directory: store.path)
                #expect(try await cache.verify().problems == [], comment)
                let target = try TemporaryDirectory()
                _ = try await cache.restore(CrashFixture.identity("k"), into: target.path)
                let found = try TreeSnapshot(target.path).contents
                for (path, content) in found {
                    let isWhole = before[path] == content || after[path] == content
                    #expect(isWhole, "'\(path)' at \(comment)")
                }
                // A file that existed before and after is left out only with a note.
                for path in before.keys where found[path] == nil && after[path] == before[path] {
                    #expect(outcome.error.contains("left out"), "'\(path)' at \(comment)")
                }
            }
        }

        /// Whether the bytes are a state that the file had at one moment.
        ///
        /// During a write of many bytes, the file has the new bytes first and then the old ones. A
        /// part that is older than the bytes after it is not such a state.
        private func isOneState(_ bytes: [UInt8]) -> Bool {
            guard let first = bytes.first, let last = bytes.last else { return false }
            let cut = bytes.firstIndex { $0 != first } ?? bytes.endIndex
            let order = Array("abcdefgha".utf8)
            return bytes[cut...].allSatisfy { $0 == last }
                && (first == last || zip(order, order.dropFirst()).contains { $0 == (last, first) })
        }

        @Test(.timeLimit(.minutes(2)))
        func `a file that never stops changing is stored consistently or left out`() async throws {
            let directory = try TemporaryDirectory()
            let store = try TemporaryDirectory()
            try directory.write("still", to: "tree/still")
            let cache = BuildCache(directory: store.path)
            // A writer that overwrites the whole file with one letter, again and again.
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
            let name = directory.file("tree/busy").string
            try await PythonServer.run(writer, [name]) { _ in
                for round in 0..<4 {
                    let key = "\(round)"
                    let report = try await cache.save(
                        CrashFixture.identity(key),
                        from: directory.path
                    )
                    let target = try TemporaryDirectory()
                    _ = try await cache.restore(CrashFixture.identity(key), into: target.path)
                    #expect(try target.read("tree/still") == "still")
                    let busy = PathBytes(target.file("tree/busy").string)
                    if let bytes = try AtomicFile.read(busy, limit: 1 << 20) {
                        #expect(bytes.count == 60_000)
                        #expect(isOneState(bytes), "round \(round)")
                    } else {
                        #expect(report.filesLeftOut == 1)
                        let note = "'tree/busy' changed while it was read; it was left out"
                        #expect(report.notes == [note])
                    }
                }
            }
        }
    }
#endif
