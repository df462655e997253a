import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// A pack is written while its parts come, and found when it has its name.
@Suite struct `A pack that comes in parts` {
    private let place: TemporaryDirectory
    private let store: DirectoryStore
    private let writer: ObjectWriter

    private func names() throws -> [String] {
        let packs = try place.handle.directory("v1".utf8).directory("packs".utf8)
        return try packs.names().map { String(decoding: $0, as: UTF8.self) }
    }

    init() throws {
        place = try TemporaryDirectory()
        store = DirectoryStore(place.path)
        writer = ObjectWriter(store: store, codec: .none)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `is the same in whatever order they come`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let parts = (0..<9).map { _ in random.bytes(Int(random.next() % 2_000)) }
        let draft = try #require(try writer.packWriter())
        for part in parts.indices.shuffled(using: &random) { try draft.add(part, parts[part]) }
        let pack = try await writer.finish(draft, contentSize: 7).pack
        let whole = parts.flatMap(\.self)
        #expect(pack.digest == ContentDigest(of: whole))
        #expect(pack.storedSize == UInt64(whole.count))
        #expect(try store.read(pack.name, limit: 1 << 20) == whole)
        #expect(try store.list(prefix: "v1/").map(\.name) == [pack.name])
    }

    @Test func `is nothing before it has its name, and gone if it gets none`() async throws {
        do {
            let draft = try #require(try writer.packWriter())
            try draft.add(0, [1, 2, 3])
            #expect(try store.list(prefix: "").isEmpty)
            #expect(try names().count == 1)
        }
        #expect(try names().isEmpty)
    }

    @Test func `is left as it is in a store that has it`() async throws {
        for _ in 0..<2 {
            let draft = try #require(try writer.packWriter())
            try draft.add(0, [1, 2, 3])
            let pack = try await writer.finish(draft, contentSize: 3).pack
            #expect(try store.list(prefix: "v1/").map(\.name) == [pack.name])
        }
        let shard = ContentDigest(of: [1, 2, 3]).hex.prefix(2)
        #expect(try names() == [String(shard)])
    }

    @Test func `replaces one that is cut off`() async throws {
        let name = Manifest.Pack(
            digest: ContentDigest(of: [1, 2, 3]),
            codec: .none,
            storedSize: 3,
            contentSize: 3
        ).name
        try store.write(name, [1])
        let draft = try #require(try writer.packWriter())
        try draft.add(0, [1, 2, 3])
        #expect(try await writer.finish(draft, contentSize: 3).pack.name == name)
        #expect(try store.read(name, limit: 3) == [1, 2, 3])
    }

    @Test func `fails as a store does where nothing can be written`() throws {
        try place.write("no directory", to: "v1")
        let error = #expect(throws: CacheError.self) { try writer.packWriter() }
        #expect(error?.code == .store)
    }
}
