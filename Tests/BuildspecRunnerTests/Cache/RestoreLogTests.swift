import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// The record of restored entries for an audit.
@Suite(.timed) struct `Restore log` {
    private func entry(_ number: Int, _ trust: EntryTrust = .unchecked) -> RestoredEntry {
        RestoredEntry(
            time: Int64(number),
            build: number % 3 == 0 ? nil : number,
            origin: EntryOrigin(
                scope: "a scope/ü%\n",
                isOwnScope: number % 2 == 0,
                key: number % 4 == 0 ? nil : "-",
                version: String(repeating: "a", count: 64),
                manifest: String(repeating: "b", count: 64),
                saved: -5,
                writer: number == 1 ? "" : "ho st\r\n",
                signer: number % 2 == 0 ? nil : String(repeating: "c", count: 64),
                trust: trust
            )
        )
    }

    @Test func `a restore log is read as it was written, the oldest entry first`() throws {
        let state = try TemporaryDirectory()
        let entries = [
            entry(1), entry(2, .unsigned), entry(3, .verified(key: "main ci")),
            entry(4, .refused("it is not signed")),
        ]
        for entry in entries {
            #expect(RestoreLog.add(entry, of: "p/q", in: state.path) == nil)
        }
        #expect(RestoreLog.read(of: "p/q", in: state.path) == entries)
        #expect(RestoreLog.read(of: "other", in: state.path) == [])
    }

    @Test func `the directory of a miss log belongs to its owner alone`() throws {
        let state = try TemporaryDirectory()
        let identity = CacheIdentity(scope: "s", key: "k", paths: ["a"])
        let miss = MissedEntry(time: 1, build: 1, identity: identity)
        MissLog.add(miss, project: "p", in: state.path)
        #expect(MissLog.last(of: nil, project: "p", in: state.path) == miss)
        #expect(try state.handle.directory("projects".utf8).status("p".utf8)?.mode == 0o700)
    }

    @Test func `a restore log keeps the last 500 entries`() throws {
        let state = try TemporaryDirectory()
        let lines = (0..<600).map { entry($0).line + "\n" }.joined()
        try state.write(lines, to: "projects/p/cache-restores")
        _ = RestoreLog.add(entry(600), of: "p", in: state.path)
        let read = RestoreLog.read(of: "p", in: state.path)
        #expect(read.count == 500 && read.last == entry(600) && read.first == entry(101))
    }

    /// The log is not synchronized to the disk, so a power failure can tear its last line.
    @Test(arguments: [0, 1, 40])
    func `a restore log keeps the entries after a torn line`(missing: Int) throws {
        let state = try TemporaryDirectory()
        let torn = (entry(1).line + "\n" + entry(2).line).dropLast(missing)
        try state.write(String(torn), to: "projects/p/cache-restores")
        for number in [3, 4] { _ = RestoreLog.add(entry(number), of: "p", in: state.path) }
        let read = RestoreLog.read(of: "p", in: state.path)
        #expect(read.first == entry(1) && read.suffix(2) == [entry(3), entry(4)])
    }

    @Test(arguments: TestScope.seeds(20))
    func `a restore log skips damaged lines`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let line = Array(entry(1, .verified(key: "k")).line.utf8)
        for _ in 0..<50 {
            var bytes = line
            for _ in 0...random.next() % 3 {
                let index = Int(random.next() % UInt64(bytes.count))
                bytes[index] = UInt8(truncatingIfNeeded: random.next())
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let read = RestoredEntry(line: text[...]) {
                #expect(RestoredEntry(line: read.line[...]) == read, "seed \(seed): \(text)")
            }
        }
        #expect(RestoredEntry(line: "") == nil && RestoredEntry(line: "2 x") == nil)
    }
}
