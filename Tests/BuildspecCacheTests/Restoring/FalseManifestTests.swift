import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A manifest gives a content the digest of another one: packs and names are what they should be, and only
/// who reads the pack sees that it holds something else.
@Suite struct `A manifest that says what its packs do not hold` {
    /// Who signed a record.
    enum Signer: CaseIterable {
        case nobody
        case main
        case stranger

        func key(_ fixture: TrustFixture) -> SigningKey? {
            switch self {
            case .nobody: nil
            case .main: fixture.main
            case .stranger: fixture.unknown
            }
        }
    }

    /// What the machine that saves did before.
    enum Before: CaseIterable {
        case nothing
        case restoredOverTheTree
        case restoredIntoNothing
    }

    /// A machine that saves or reads.
    struct Machine {
        var signs: Bool
        var demands: Bool

        static let all = [false, true].flatMap { signs in
            [false, true].map { Machine(signs: signs, demands: $0) }
        }

        func cache(_ fixture: TrustFixture, _ state: TemporaryDirectory?) throws -> BuildCache {
            var cache = try fixture.cache(state: state)
            if demands { cache = cache.trusting(fixture.policy) }
            return signs ? cache.signing(with: fixture.main) : cache
        }
    }

    private let file = "tree/3"

    /// A fixture with an honest entry under `k0`, which is removed again, and a later one under `k1`.
    private func makeFixture(
        _ stores: TrustFixture.Stores,
        isForged: Bool,
        by signer: Signer,
        _ form: Forgery.Form = .whole
    ) async throws -> TrustFixture {
        let fixture = try TrustFixture(stores)
        // Enough lines that a manifest is worth writing as changes.
        for number in 10..<40 { try fixture.source.write("good \(number)", to: "tree/\(number)") }
        let honest = fixture.identity("k1")
        _ = try await fixture.cache().save(honest, from: fixture.source.path)
        var record = try await fixture.record(honest)
        if isForged {
            let forgery = Forgery(store: try fixture.cache().settings.store, form: form)
            let forged = try await forgery.entry(of: record, file, key: "k1")
            record = forged.record
        }
        try await fixture.plant(record.encode(signedBy: signer.key(fixture)), as: honest)
        return fixture
    }

    @Test(arguments: TrustFixture.Stores.allCases, Before.allCases)
    func `gets into no later entry, whoever signs and whoever reads`(
        stores: TrustFixture.Stores,
        before: Before
    ) async throws {
        for isForged in [false, true] {
            for signer in Signer.allCases {
                let form: Forgery.Form = signer == .stranger ? .changes : .whole
                for saver in Machine.all {
                    let fixture = try await makeFixture(
                        stores,
                        isForged: isForged,
                        by: signer,
                        form
                    )
                    let good = try TreeSnapshot(fixture.source.path)
                    let state = try TemporaryDirectory()
                    let cache = try saver.cache(fixture, state)
                    if before != .nothing {
                        let target =
                            before == .restoredOverTheTree
                            ? fixture.source : try TemporaryDirectory()
                        _ = try await cache.restore(fixture.identity("k1"), into: target.path)
                    }
                    let what = "forged \(isForged), signed by \(signer), saved by \(saver)"
                    let untouched = try TreeSnapshot(fixture.source.path)
                    #expect(untouched == good, "\(what)")
                    let saved = try await cache.save(
                        fixture.identity("k2"),
                        from: fixture.source.path
                    )
                    let isSaved = saved.outcome == .saved
                    #expect(isSaved == (saver.signs || !saver.demands), "\(what): \(saved)")
                    for reader in Machine.all where isSaved {
                        let target = try TemporaryDirectory()
                        let report = try await reader.cache(fixture, TemporaryDirectory())
                            .restore(fixture.identity("k2"), into: target.path)
                        let isWanted = saver.signs || !reader.demands
                        #expect(report.isMiss != isWanted, "\(what), read by \(reader): \(report)")
                        if isWanted { #expect(try TreeSnapshot(target.path) == good, "\(what)") }
                    }
                }
            }
        }
    }

    @Test(arguments: TrustFixture.Stores.allCases, Forgery.Form.allCases)
    func `is a miss, also where a trusted key signed it, and leaves the tree as it was`(
        stores: TrustFixture.Stores,
        form: Forgery.Form
    ) async throws {
        for signer in Signer.allCases {
            let fixture = try await makeFixture(stores, isForged: true, by: signer, form)
            for isSigned in [false, true] {
                let target = try TemporaryDirectory()
                try target.write("mine", to: "tree/5")
                let before = try TreeSnapshot(target.path)
                let cache = isSigned ? try fixture.demanding() : try fixture.cache()
                let report = try await cache.restore(fixture.identity("k1"), into: target.path)
                #expect(report.isMiss, "\(signer): \(report)")
                #expect(try TreeSnapshot(target.path) == before)
                if !isSigned || signer == .main {
                    #expect(report.notes.contains { $0.contains("than the manifest says") })
                }
            }
        }
    }

    @Test(arguments: TrustFixture.Stores.allCases)
    func `is replaced by the next save of its key`(stores: TrustFixture.Stores) async throws {
        let fixture = try await makeFixture(stores, isForged: true, by: .nobody)
        let state = try TemporaryDirectory()
        let cache = try fixture.cache(state: state)
        let target = try TemporaryDirectory()
        for _ in 0..<2 {
            let report = try await cache.restore(fixture.identity("k1"), into: target.path)
            #expect(report.isMiss && report.notes.count == 1, "\(report)")
        }
        let report = try await cache.save(fixture.identity("k1"), from: fixture.source.path)
        #expect(report.outcome == .saved)
        #expect(
            report.notes.contains { $0.contains("does not use the wrong contents") },
            "\(report.notes)"
        )
        let other = try TemporaryDirectory()
        _ = try await fixture.cache().restore(fixture.identity("k1"), into: other.path)
        #expect(try TreeSnapshot(other.path) == TreeSnapshot(fixture.source.path))
    }

    @Test func `is found by a restore that verifies, where all files are there already`()
        async throws
    {
        let fixture = try await makeFixture(.directory, isForged: true, by: .nobody)
        let root = fixture.source.path
        let plain = try await fixture.cache().restore(fixture.identity("k1"), into: root)
        #expect(plain.filesUnchanged == 36)
        let cache = try fixture.cache()
        let report = try await cache.restore(fixture.identity("k1"), into: root, verify: true)
        #expect(report.isMiss && report.notes.count == 1, "\(report)")
        #expect(try fixture.source.read("tree/3") == "good 3")
    }

    @Test func `is found by a comparison, with a tree and with an entry`() async throws {
        let fixture = try await makeFixture(.directory, isForged: true, by: .nobody)
        let cache = try fixture.cache(state: TemporaryDirectory())
        let forged = fixture.name(fixture.identity("k1"))
        _ = try await cache.save(fixture.identity("k2"), from: fixture.source.path)
        let honest = fixture.name(fixture.identity("k2"))
        for names in [(forged, honest), (honest, forged)] {
            await #expect(throws: CacheError.self) {
                try await cache.difference(from: names.0, to: names.1)
            }
        }
        await #expect(throws: CacheError.self) {
            try await cache.difference(from: forged, toTreeAt: fixture.source.path)
        }
        let same = try await cache.difference(from: honest, toTreeAt: fixture.source.path)
        #expect(same.changes.isEmpty)
    }

    @Test func `of a file in chunks gets into no later entry`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 4)
        try fixture.overwrite(fixture.source.file("tree/large"), random.bytes(9 << 20))
        let state = try TemporaryDirectory()
        let cache = BuildCache(directory: fixture.store.path, indexDirectory: state.path)
        _ = try await fixture.save("k1")
        let store = DirectoryStore(fixture.store.path)
        let name = try #require(try await fixture.cache.entries().entries.first?.recordName)
        let record = try #require(try await EntryReader(store: store).record(named: name))
        let forged = try await Forgery(store: store).entry(of: record, "tree/large", key: "k1")
        try store.write(forged.name, forged.bytes)
        let report = try await cache.save(fixture.identity("k2"), from: fixture.source.path)
        #expect(
            report.notes.contains { $0.contains("does not use the wrong contents") },
            "\(report.notes)"
        )
        _ = try await fixture.restore("k2")
        let expected = try TreeSnapshot(fixture.source.path)
        #expect(try expected.difference(from: TreeSnapshot(fixture.target.path)) == nil)
    }
}

/// Size and time of a file are an entry's, and its content is another: nothing of that entry may get into
/// the next one.
@Suite struct `A file that only looks like an entry's` {
    @Test(arguments: TrustFixture.Stores.allCases)
    func `is saved as it is, however often the entry was restored over it`(
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try TrustFixture(stores)
        _ = try await fixture.cache().save(fixture.identity("k1"), from: fixture.source.path)
        let record = try await fixture.record(fixture.identity("k1"))
        let forgery = Forgery(store: try fixture.cache().settings.store, isCorrect: true)
        let planted = try await forgery.entry(of: record, "tree/3", key: "k1")
        try await fixture.plant(planted.bytes, as: fixture.identity("k1"))
        let good = try TreeSnapshot(fixture.source.path)
        let cache = try fixture.cache(state: TemporaryDirectory()).signing(with: fixture.main)
        for _ in 0..<3 {
            try await Task.sleep(for: .milliseconds(80))
            let report = try await cache.restore(fixture.identity("k1"), into: fixture.source.path)
            #expect(report.filesUnchanged == 6)
        }
        for key in ["k2", nil] {
            _ = try await cache.save(fixture.identity(key), from: fixture.source.path)
            let target = try TemporaryDirectory()
            let report = try await fixture.demanding().restore(
                fixture.identity(key),
                into: target.path
            )
            #expect(report.outcome == .exact(key: key))
            #expect(try TreeSnapshot(target.path) == good)
        }
    }

    @Test func `is not read again when this machine has written it from an earlier entry`()
        async throws
    {
        let fixture = try CacheFixture()
        let state = try TemporaryDirectory()
        let cache = BuildCache(directory: fixture.store.path, indexDirectory: state.path)
        for number in 0..<40 { try fixture.source.write("file \(number)", to: "tree/\(number)") }
        _ = try await fixture.save("k1")
        try fixture.source.write("changed", to: "tree/7")
        _ = try await fixture.save("k2")
        try await Task.sleep(for: .milliseconds(80))
        for key in ["k1", "k2"] {
            _ = try await cache.restore(fixture.identity(key), into: fixture.target.path)
            try await Task.sleep(for: .milliseconds(80))
        }
        // The second restore wrote one file, and knows the others as of the first.
        try fixture.target.write("new", to: "tree/9")
        _ = try await cache.restore(
            fixture.identity("k3", fallback: ["k2"]),
            into: fixture.target.path
        )
        try await Task.sleep(for: .milliseconds(80))
        let second = try await cache.save(fixture.identity("k3"), from: fixture.target.path)
        #expect(second.outcome == .saved && second.bytesStored < 2_000)
        let root = PathBytes(fixture.target.path.string)
        let set = PathSet(["tree/**/*"], root: root)
        let file = StatIndexFile(
            cache.settings,
            root: root,
            scope: "project",
            version: KeyRecord.version(ofPaths: set.canonicalTexts)
        )
        let index = try #require(file?.read())
        #expect(index.stamps.count { $0 != nil } == 40)
        #expect(index.summary?.isVerified == true)
    }
}

/// The list of what this machine has found out of manifests.
@Suite struct `The verdicts on manifests` {
    private func digest(_ number: Int) -> ContentDigest {
        ContentDigest(of: Array("\(number)".utf8))
    }

    @Test func `are kept, the newest of them, and replaced`() throws {
        let state = try TemporaryDirectory()
        let verdicts = VerifiedManifests(PathBytes(state.path.string))
        #expect(verdicts.verdict(on: digest(0)) == nil)
        for number in 0..<VerifiedManifests.capacity + 5 {
            verdicts.add(digest(number), isCorrect: number % 2 == 0)
        }
        #expect(verdicts.verdict(on: digest(4)) == nil)
        #expect(verdicts.verdict(on: digest(6)) == true)
        #expect(verdicts.verdict(on: digest(7)) == false)
        verdicts.add(digest(7), isCorrect: true)
        #expect(verdicts.isCorrect(digest(7)))
    }

    @Test func `that are damaged are none`() throws {
        let state = try TemporaryDirectory()
        let verdicts = VerifiedManifests(PathBytes(state.path.string))
        verdicts.add(digest(1), isCorrect: true)
        let path = PathBytes(state.file("verdicts").string)
        var bytes = try #require(try AtomicFile.read(path, limit: 1 << 20))
        bytes[30] ^= 1
        try AtomicFile.write(bytes, to: path)
        #expect(verdicts.verdict(on: digest(1)) == nil)
        verdicts.add(digest(2), isCorrect: false)
        #expect(verdicts.verdict(on: digest(2)) == false)
    }
}
