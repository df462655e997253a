import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Packs that are written while their parts arrive, and that exist when they have their names.
@Suite(.timed) struct `Pack writing` {
    private let directory: TemporaryDirectory
    private let store: DirectoryStore
    private let writer: ObjectWriter

    private func names() throws -> [String] {
        let packs = try directory.handle.directory("v1".utf8).directory("packs".utf8)
        return try packs.names().map { String(decoding: $0, as: UTF8.self) }
    }

    init() throws {
        directory = try TemporaryDirectory()
        store = DirectoryStore(directory.path)
        writer = ObjectWriter(store: store, codec: .none)
    }

    @Test(arguments: TestScope.seeds(20))
    func `a pack is the same in whatever order its parts arrive`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let parts = (0..<9).map { _ in random.bytes(Int(random.next() % 2_000)) }
        let packWriter = try #require(try writer.packWriter())
        for part in parts.indices.shuffled(using: &random) { try packWriter.add(part, parts[part]) }
        let pack = try await writer.finish(packWriter, contentSize: 7).pack
        let whole = parts.flatMap(\.self)
        #expect(pack.digest == ContentDigest(of: whole))
        #expect(pack.storedSize == UInt64(whole.count))
        #expect(try store.read(pack.name, limit: 1 << 20)?.bytes == whole)
        #expect(try store.list(prefix: "v1/").objects.map(\.name) == [pack.name])
    }

    @Test func `an unfinished pack is not listed, and leaves no file`() async throws {
        do {
            let packWriter = try #require(try writer.packWriter())
            try packWriter.add(0, [1, 2, 3])
            #expect(try store.list(prefix: "").objects.isEmpty)
            #expect(try names().count == 1)
        }
        #expect(try names().isEmpty)
    }

    @Test func `a pack that the store already has leaves no other file`() async throws {
        for _ in 0..<2 {
            let packWriter = try #require(try writer.packWriter())
            try packWriter.add(0, [1, 2, 3])
            let pack = try await writer.finish(packWriter, contentSize: 3).pack
            #expect(try store.list(prefix: "v1/").objects.map(\.name) == [pack.name])
        }
        let shard = ContentDigest(of: [1, 2, 3]).hex.prefix(2)
        #expect(try names() == [String(shard)])
    }

    @Test func `a pack replaces a truncated file with its name`() async throws {
        let name = Manifest.Pack(
            digest: ContentDigest(of: [1, 2, 3]),
            codec: .none,
            storedSize: 3,
            contentSize: 3
        ).name
        try store.write(name, [1])
        let packWriter = try #require(try writer.packWriter())
        try packWriter.add(0, [1, 2, 3])
        #expect(try await writer.finish(packWriter, contentSize: 3).pack.name == name)
        #expect(try store.read(name, limit: 3)?.bytes == [1, 2, 3])
    }

    @Test func `a pack in a store that cannot be written is a store error`() throws {
        try directory.write("no directory", to: "v1")
        let error = #expect(throws: CacheError.self) { try writer.packWriter() }
        #expect(error?.code == .store)
    }
}
