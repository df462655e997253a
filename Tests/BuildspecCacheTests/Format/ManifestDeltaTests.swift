import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

private func text(_ lines: [String]) -> [UInt8] {
    Array(("#mtree\n#buildspec-manifest 1\n" + lines.map { $0 + "\n" }.joined()).utf8)
}

private let name = ContentDigest(of: [1])

@Suite struct `A manifest written as changes` {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `is the same again with its base`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let base = (0..<400).map { "./\(1_000 + $0) type=file size=\(random.next() % 9)" }
        var lines = base
        for _ in 0..<random.next() % 9 {
            let place = Int(random.next() % UInt64(lines.count))
            switch random.next() % 4 {
            case 0: lines.remove(at: place)
            case 1: lines.removeSubrange(place..<min(place + 20, lines.count))
            case 2: lines[place] += " size=\(random.next())"
            default:
                let path = lines[place].prefix { $0 != " " }
                lines.insert("\(path)/\\040\(random.next()) type=dir", at: place + 1)
            }
        }
        let changes = try #require(
            ManifestDelta.encode(text(lines), base: text(base), named: name)
        )
        #expect(changes.count < text(lines).count / 4)
        #expect(try ManifestDelta.apply(changes, to: text(base), named: name) == text(lines))
    }

    @Test func `is written whole when most of it is new`() {
        let base = (0..<100).map { "./\($0) type=dir" }
        let other = text(base.map { $0 + "x" })
        #expect(ManifestDelta.encode(other, base: text(base), named: name) == nil)
        #expect(ManifestDelta.encode(text(base), base: text([]), named: name) == nil)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `never relies on the order or the words of its base`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lines = (0..<400).map { "./\(1_000 + $0) type=dir" }
        var base = lines
        for _ in 0..<40 {
            let place = Int(random.next() % UInt64(base.count))
            switch random.next() % 4 {
            case 0: base.swapAt(place, Int(random.next() % UInt64(base.count)))
            case 1: base.insert("", at: place)
            case 2: base.insert("no path #", at: place)
            default: base.insert(base[place], at: place)
            }
        }
        if let changes = ManifestDelta.encode(text(lines), base: text(base), named: name) {
            #expect(try ManifestDelta.apply(changes, to: text(base), named: name) == text(lines))
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
    func `that refers to what its base has not, or twice to the same, is damaged`(line: String) {
        expectDamaged(line + "\n", of: name)
    }

    private let base = text(["./a type=dir", "./b type=dir", "./c type=dir"])

    /// Expects that a line of changes, and not what stands around it, is damaged.
    private func expectDamaged(
        _ line: String,
        of other: ContentDigest,
        base: [UInt8]? = nil,
        limit: Int = Limits.manifestContent
    ) {
        let changes = ManifestDelta.head(naming: name) + Array(line.utf8)
        let error = #expect(throws: CacheError.self) {
            _ = try ManifestDelta.apply(
                changes,
                to: base ?? self.base,
                named: other,
                limit: limit
            )
        }
        #expect(error?.code == .damaged)
    }

    @Test func `is of one base, of whole lines and of a bounded size`() throws {
        let line = "@base 0 3\n"
        let changes = ManifestDelta.head(naming: name) + Array(line.utf8)
        let size = base.count
        #expect(try ManifestDelta.apply(changes, to: base, named: name, limit: size) == base)
        expectDamaged(line, of: name, limit: size - 1)
        expectDamaged(line, of: ContentDigest(of: [2]))
        expectDamaged("@base 0 3", of: name)
        expectDamaged(line, of: name, base: base.dropLast())
        #expect(throws: CacheError.self) {
            _ = try ManifestDelta.apply(text(["@base 0 3"]), to: base, named: name)
        }
    }

    /// A prune reads the head of the changes alone, and must see every pack that a restore uses.
    @Test func `takes no pack from its base`() throws {
        let digest = ContentDigest(of: []).hex
        let pack = "#pack 0 sha256=\(digest) codec=zstd stored=9 size=99"
        let file =
            "./a type=file mode=0644 time=1.000000000 size=9 sha256=\(digest) pack=0 offset=0"
        #expect(try ManifestDecoder.decode(text([pack, file])).packs.count == 1)
        let base = text(["./b type=dir", pack, file])
        expectDamaged("@base 1 1\n\(file)\n", of: name, base: base)
        expectDamaged("@base 1 2\n", of: name, base: base)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `survives random damage`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let base = text((0..<40).map { "./\(1_000 + $0) type=dir mode=0755 time=1.000000000" })
        let lines = "@base 0 20\n./2 type=dir mode=0755 time=1.000000000\n@base 21 3\n"
        let changes = ManifestDelta.head(naming: name) + Array(lines.utf8)
        for _ in 0..<60 {
            var damaged = changes
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

@Suite struct `After one percent of the files changed` {
    /// 600 files of text; the store knows a tree of which one percent is changed then.
    private func bench() async throws -> (Bench, SaveReport, changed: Int) {
        let bench = try Bench()
        var random = SplitMix64(seed: 5)
        for number in 0..<600 {
            let bytes = random.bytes(9_000).map { $0 & 0x3F | 0x40 }
            try bench.overwrite(bench.source.file("tree/\(number % 20)/\(number)"), bytes)
        }
        try await bench.save(nil)
        var changed = 0
        for number in 0..<6 {
            let bytes = random.bytes(9_000).map { $0 & 0x3F | 0x40 }
            try bench.overwrite(bench.source.file("tree/\(number)/\(number)"), bytes)
            changed += try Codec.zstd.encode(bytes).count
        }
        return (bench, try await bench.save(nil), changed)
    }

    private func difference(_ bench: Bench) throws -> String? {
        try TreeSnapshot(bench.source.path).difference(from: TreeSnapshot(bench.target.path))
    }

    @Test func `a save writes little more than those files, compressed`() async throws {
        let (bench, report, changed) = try await bench()
        let growth = Double(report.bytesStored) / Double(changed)
        #expect(growth <= 1.3, "\(growth) x what the changed files take")
        #expect(try bench.objects("manifests/").count == 2)
        _ = try await bench.restore(nil)
        #expect(try difference(bench) == nil)
    }

    @Test func `a prune keeps the base, and later saves build on it`() async throws {
        let (bench, _, _) = try await bench()
        for round in 0..<4 {
            _ = try await bench.cache.prune(PruneLimits(gracePeriod: 0))
            #expect(try bench.objects("manifests/").count == 2, "the base and the changes")
            #expect(try await bench.cache.verify().problems.isEmpty)
            try bench.source.write("round \(round)", to: "tree/\(round)/more")
            try await bench.save(nil)
            _ = try await bench.restore(nil)
            #expect(try difference(bench) == nil)
        }
    }

    @Test func `a save of nothing new keeps referring to the base`() async throws {
        let (bench, _, _) = try await bench()
        let state = try TemporaryDirectory()
        let cache = BuildCache(directory: bench.store.path, indexDirectory: state.path)
        try await Task.sleep(for: .milliseconds(80))
        for _ in 0..<3 { _ = try await cache.save(bench.identity(nil), from: bench.source.path) }
        _ = try await cache.prune(PruneLimits(gracePeriod: 0))
        _ = try await bench.restore(nil)
        #expect(try difference(bench) == nil)
    }

    @Test func `a base that is damaged is a miss, and the next save writes all anew`() async throws
    {
        let (bench, _, _) = try await bench()
        for manifest in try bench.objects("manifests/")
        where try bench.bytes(manifest).count > 10_000 {
            try bench.overwrite(manifest, [1, 2, 3])
        }
        let report = try await bench.restore(nil)
        #expect(report.outcome == .miss(reason: "damaged entry"))
        #expect(report.notes.count == 1)
        try await bench.save(nil)
        _ = try await bench.restore(nil)
        #expect(try difference(bench) == nil)
    }
}
