import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// Stores that earlier versions wrote, with the scripts in `Fixtures`.
@Suite(.timed) struct `Golden stores` {
    private static let fixtures = FilePath(#filePath)
        .removingLastComponent().appending("Fixtures")

    @Test(arguments: ["2026-11"], Codec.allCases)
    func `a golden store of each codec is restored exactly`(name: String, codec: Codec) async throws
    {
        let golden = Self.fixtures.appending(name)
        let directory = try TemporaryDirectory()
        try copy(golden.appending(codec.rawValue), to: directory.file("store"))
        try directory.write("int main(void) { return 0; }\n", to: "root/src/main.c")
        let cache = BuildCache(directory: directory.file("store"))
        #expect(try await cache.verify().problems == [])

        let identity = CacheIdentity(scope: "golden", key: "golden key/1", paths: ["tree"])
        let report = try await cache.restore(
            identity,
            into: directory.file("root"),
            retiming: .everything
        )
        #expect(report.outcome == .exact(key: "golden key/1"))
        #expect(report.notes == [])
        let text = try bytes(golden.appending("tree.txt"))
        let expected = String(decoding: text, as: UTF8.self).split(separator: "\n")
            .map(String.init)
            // Only zstd makes this file small enough for the repository.
            .filter { codec == .zstd || !$0.hasSuffix("|tree/large") }
        #expect(try description(of: directory.file("root")) == expected)

        let source = try directory.handle.directory("root".utf8).directory("src".utf8)
        let recorded = FileTime(seconds: 1_600_000_000, nanoseconds: 987_654_321)
        #expect(try source.status("main.c".utf8)?.modified == recorded)
    }

    @Test func `a golden store of signed entries with a delta is restored exactly`()
        async throws
    {
        let golden = Self.fixtures.appending("2026-11-signed")
        let directory = try TemporaryDirectory()
        try copy(golden.appending("zstd"), to: directory.file("store"))
        try directory.write("not of the entry", to: "root/file")
        let text = String(decoding: try bytes(golden.appending("key.pub")), as: UTF8.self)
        let signer = try #require(text.split(whereSeparator: \.isNewline).first)
        let cache = BuildCache(directory: directory.file("store"))
        #expect(try await cache.verify().problems == [])
        let identity = CacheIdentity(scope: "golden", key: "second", paths: ["tree"])
        for key in [SigningKey().publicKey, try #require(PublicKey(String(signer)))] {
            let policy = CachePolicy(
                keys: [.init(name: "golden", key: key, scopes: ["golden"])],
                requiresSigned: true
            )
            let report = try await cache.trusting(policy)
                .restore(identity, into: directory.file("root"))
            guard report.outcome == .exact(key: "second") else {
                #expect(report.outcome == .miss(reason: "refused by the policy"))
                #expect(key.text != signer)
                continue
            }
            #expect(key.text == signer)
        }
        let expected = String(decoding: try bytes(golden.appending("tree.txt")), as: UTF8.self)
        let lines = try description(of: directory.file("root"))
        #expect(lines == expected.split(separator: "\n").map(String.init))
        for entry in try await cache.entries().entries {
            let contents = try await cache.contents(of: entry.recordName)
            #expect((contents.baseName != nil) == (entry.key == "second"))
        }
    }

    /// Returns a line for each file: type, mode, time, size, digest, link and path.
    private func description(of root: FilePath) throws -> [String] {
        let handle = try DirectoryHandle.open(PathBytes(root.string))
        let walk = try TreeWalk(PathSet(["tree"], root: PathBytes(root.string)), root: handle)
        let lines = try walk.entries.map { entry in
            let status = entry.status
            var fields = ["-", "-", "-"]
            if status.kind == .regular {
                let content = try bytes(root.appending(entry.path.text))
                fields = [String(status.size), ContentDigest(of: content).hex, "-"]
            }
            if let target = entry.linkTarget { fields[2] = String(decoding: target, as: UTF8.self) }
            let digits = String(status.modified.nanoseconds)
            let time =
                "\(status.modified.seconds)."
                + String(repeating: "0", count: 9 - digits.utf8.count) + digits
            let type = status.kind == .regular ? "f" : status.kind == .link ? "l" : "d"
            return ([type, String(status.mode, radix: 8), time] + fields + [entry.path.text])
                .joined(separator: "|")
        }
        return lines.sorted { path($0).utf8.lexicographicallyPrecedes(path($1).utf8) }
    }

    private func path(_ line: String) -> Substring {
        line.split(separator: "|").last ?? ""
    }

    private func bytes(_ path: FilePath) throws -> [UInt8] {
        try #require(try AtomicFile.read(PathBytes(path.string), limit: 1 << 30))
    }

    private func copy(_ store: FilePath, to target: FilePath) throws {
        let handle = try DirectoryHandle.open(PathBytes(store.string))
        let walk = try TreeWalk(PathSet(["**/*"], root: PathBytes(store.string)), root: handle)
        for entry in walk.entries where entry.status.kind == .regular {
            let content = try bytes(store.appending(entry.path.text))
            try AtomicFile.write(content, to: PathBytes(target.appending(entry.path.text).string))
        }
    }
}
