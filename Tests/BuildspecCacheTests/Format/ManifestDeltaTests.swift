import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

private func text(_ lines: [String]) -> [UInt8] {
    Array(("#mtree\n#buildspec-manifest 1\n" + lines.map { $0 + "\n" }.joined()).utf8)
}

private let name = ContentDigest(of: [1])

@Suite(.timed) struct `Manifest deltas` {
    @Test(arguments: TestScope.seeds(60))
    func `a delta and its base give the same manifest again`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let base = (0..<400).map { "./\(1_000 + $0) type=file size=\(random.next() % 9)" }
        var lines = base
        for _ in 0..<random.next() % 9 {
            let index = Int(random.next() % UInt64(lines.count))
            switch random.next() % 4 {
            case 0: lines.remove(at: index)
            case 1: lines.removeSubrange(index..<min(index + 20, lines.count))
            case 2: lines[index] += " size=\(random.next())"
            default:
                let path = lines[index].prefix { $0 != " " }
                lines.insert("\(path)/\\040\(random.next()) type=dir", at: index + 1)
            }
        }
        let delta = try #require(
            ManifestDelta.encode(text(lines), base: text(base), named: name)
        )
        #expect(delta.count < text(lines).count / 4)
        #expect(try ManifestDelta.apply(delta, to: text(base), named: name) == text(lines))
    }

    @Test func `a mostly new manifest is written whole`() {
        let base = (0..<100).map { "./\($0) type=dir" }
        let other = text(base.map { $0 + "x" })
        #expect(ManifestDelta.encode(other, base: text(base), named: name) == nil)
        #expect(ManifestDelta.encode(text(base), base: text([]), named: name) == nil)
    }

    @Test(arguments: TestScope.seeds(40))
    func `a delta gives the same manifest with a base in any order`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lines = (0..<400).map { "./\(1_000 + $0) type=dir" }
        var base = lines
        for _ in 0..<40 {
            let index = Int(random.next() % UInt64(base.count))
            switch random.next() % 4 {
            case 0: base.swapAt(index, Int(random.next() % UInt64(base.count)))
            case 1: base.insert("", at: index)
            case 2: base.insert("no path #", at: index)
            default: base.insert(base[index], at: index)
            }
        }
        if let delta = ManifestDelta.encode(text(lines), base: text(base), named: name) {
            #expect(try ManifestDelta.apply(delta, to: text(base), named: name) == text(lines))
        }
        #expect(
            ManifestDelta.encode(text(lines), base: text(lines).dropLast(), named: name) == nil
        )
    }

    @Test(arguments: [
        "@base 0 4", "@base 3 1", "@base -1 1", "@base 0 0", "@base 1", "@base 0 1 1", "@base x 1",
        "@base 999999999999999 1", "@base 0 999999999999999", "@base 0 2\n@base 1 1",
        "@base 1 1\n@base 0 1",
    ])
    func `a delta with an invalid reference to its base is damaged`(line: String) {
        expectDamaged(line + "\n", of: name)
    }

    private let base = text(["./a type=dir", "./b type=dir", "./c type=dir"])

    /// Expects that a delta is damaged because of `line`.
    private func expectDamaged(
        _ line: String,
        of other: ContentDigest,
        base: [UInt8]? = nil,
        limit: Int = Limits.manifestContent
    ) {
        let delta = ManifestDelta.head(naming: name) + Array(line.utf8)
        let error = #expect(throws: CacheError.self) {
            _ = try ManifestDelta.apply(
                delta,
                to: base ?? self.base,
                named: other,
                limit: limit
            )
        }
        #expect(error?.code == .damaged)
    }

    @Test func `a delta is applied to its base only, in whole lines and up to a limit`() throws {
        let line = "@base 0 3\n"
        let delta = ManifestDelta.head(naming: name) + Array(line.utf8)
        let size = base.count
        #expect(try ManifestDelta.apply(delta, to: base, named: name, limit: size) == base)
        expectDamaged(line, of: name, limit: size - 1)
        expectDamaged(line, of: ContentDigest(of: [2]))
        expectDamaged("@base 0 3", of: name)
        expectDamaged(line, of: name, base: base.dropLast())
        #expect(throws: CacheError.self) {
            _ = try ManifestDelta.apply(text(["@base 0 3"]), to: base, named: name)
        }
    }

    /// A prune reads only the head of a delta, and must find every pack that a restore uses.
    @Test func `a delta cannot take a pack from its base`() throws {
        let digest = ContentDigest(of: []).hex
        let pack = "#pack 0 sha256=\(digest) codec=zstd stored=9 size=99"
        let file =
            "./a type=file mode=0644 time=1.000000000 size=9 sha256=\(digest) pack=0 offset=0"
        #expect(try ManifestDecoder.decode(text([pack, file])).packs.count == 1)
        let base = text(["./b type=dir", pack, file])
        expectDamaged("@base 1 1\n\(file)\n", of: name, base: base)
        expectDamaged("@base 1 2\n", of: name, base: base)
    }

    @Test(arguments: TestScope.seeds(40))
    func `a delta with random damage is refused or stays small`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let base = text((0..<40).map { "./\(1_000 + $0) type=dir mode=0755 time=1.000000000" })
        let lines = "@base 0 20\n./2 type=dir mode=0755 time=1.000000000\n@base 21 3\n"
        let delta = ManifestDelta.head(naming: name) + Array(lines.utf8)
        for _ in 0..<60 {
            var damaged = delta
            for _ in 0..<1 + random.next() % 4 {
                damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(random.next() & 0xFF)
            }
            guard let whole = try? ManifestDelta.apply(damaged, to: base, named: name)
            else { continue }
            #expect(whole.count <= damaged.count + base.count)
            _ = try? ManifestDecoder.decode(whole)
        }
    }
}

@Suite(.timed) struct `Small saves` {
    /// Saves 600 files of text, and again after one percent of them changed.
    private func makeFixture() async throws -> (CacheFixture, SaveReport, changed: Int) {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 5)
        for number in 0..<600 {
            let bytes = random.bytes(9_000).map { $0 & 0x3F | 0x40 }
            try fixture.overwrite(fixture.source.file("tree/\(number % 20)/\(number)"), bytes)
        }
        try await fixture.save(nil)
        var changed = 0
        for number in 0..<6 {
            let bytes = random.bytes(9_000).map { $0 & 0x3F | 0x40 }
            try fixture.overwrite(fixture.source.file("tree/\(number)/\(number)"), bytes)
            changed += try Codec.zstd.encode(bytes).count
        }
        return (fixture, try await fixture.save(nil), changed)
    }

    @Test func `a save of a few changed files writes little more than those files`() async throws {
        let (fixture, report, changed) = try await makeFixture()
        let growth = Double(report.bytesStored) / Double(changed)
        #expect(growth <= 1.3, "\(growth) x what the changed files take")
        #expect(try fixture.objects("manifests/").count == 2)
        _ = try await fixture.restore(nil)
        #expect(try fixture.difference() == nil)
    }

    @Test func `a prune keeps a base, and later saves build on it`() async throws {
        let (fixture, _, _) = try await makeFixture()
        for round in 0..<4 {
            _ = try await fixture.cache.prune(PruneLimits(gracePeriod: 0))
            #expect(try fixture.objects("manifests/").count == 2, "the base and the delta")
            #expect(try await fixture.cache.verify().problems.isEmpty)
            try fixture.source.write("round \(round)", to: "tree/\(round)/more")
            try await fixture.save(nil)
            _ = try await fixture.restore(nil)
            #expect(try fixture.difference() == nil)
        }
    }

    @Test func `a save without changes keeps its reference to the base`() async throws {
        let (fixture, _, _) = try await makeFixture()
        let cache = fixture.indexedCache
        try await Task.sleep(for: .milliseconds(80))
        for _ in 0..<3 {
            _ = try await cache.save(fixture.identity(nil), from: fixture.source.path)
        }
        _ = try await cache.prune(PruneLimits(gracePeriod: 0))
        _ = try await fixture.restore(nil)
        #expect(try fixture.difference() == nil)
    }

    @Test func `a damaged base is a miss, and the next save writes everything again`() async throws
    {
        let (fixture, _, _) = try await makeFixture()
        for manifest in try fixture.objects("manifests/")
        where try fixture.bytes(manifest).count > 10_000 {
            try fixture.overwrite(manifest, [1, 2, 3])
        }
        let report = try await fixture.restore(nil)
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(report.notes.count == 1)
        try await fixture.save(nil)
        _ = try await fixture.restore(nil)
        #expect(try fixture.difference() == nil)
    }
}
