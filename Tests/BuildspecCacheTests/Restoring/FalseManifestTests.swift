import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecCache

/// A manifest that gives a content the digest of another one.
///
/// Its objects are intact, so that only a reader of the pack finds the difference.
@Suite(.timed) struct `False manifests` {
    /// The signer of a record.
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

    /// The first operation of the machine that saves.
    enum Preparation: CaseIterable {
        case nothing
        case restoredOverTheTree
        case restoredIntoNothing
    }

    /// The settings of a machine that saves or reads.
    struct Client {
        var signs: Bool
        var demands: Bool

        static let all = [false, true].flatMap { signs in
            [false, true].map { Client(signs: signs, demands: $0) }
        }

        func cache(_ fixture: TrustFixture, _ state: TemporaryDirectory?) throws -> BuildCache {
            var cache = try fixture.cache(state: state)
            if demands { cache = cache.trusting(fixture.policy) }
            return signs ? cache.signing(with: fixture.main) : cache
        }
    }

    private let file = "tree/3"

    /// Makes a fixture with an entry of the key `k1`, which is forged or honest.
    private func makeFixture(
        _ stores: TrustFixture.Stores,
        isForged: Bool,
        by signer: Signer,
        _ form: Forgery.Form = .whole
    ) async throws -> TrustFixture {
        let fixture = try TrustFixture(stores)
        // Enough lines that a delta is worth it.
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

    @Test(arguments: TrustFixture.Stores.allCases, Preparation.allCases)
    func `a false manifest never gets into a later entry`(
        stores: TrustFixture.Stores,
        preparation: Preparation
    ) async throws {
        // Each preparation takes another part of the combinations.
        var combination = Preparation.allCases.firstIndex(of: preparation) ?? 0
        for isForged in [false, true] {
            for signer in Signer.allCases {
                let form: Forgery.Form = signer == .stranger ? .delta : .whole
                for saver in Client.all {
                    combination += 1
                    guard TestScope.isFull || combination % 3 == 0 else { continue }
                    let fixture = try await makeFixture(
                        stores,
                        isForged: isForged,
                        by: signer,
                        form
                    )
                    let good = try TreeSnapshot(fixture.source.path)
                    let state = try TemporaryDirectory()
                    let cache = try saver.cache(fixture, state)
                    if preparation != .nothing {
                        let target =
                            preparation == .restoredOverTheTree
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
                    for reader in Client.all where isSaved {
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
    func `a false manifest is a miss even if a trusted key signed it`(
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
    func `the next save of its key replaces a false manifest`(
        stores: TrustFixture.Stores
    ) async throws {
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

    @Test func `a verifying restore finds a false manifest even if all files exist`()
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

    @Test func `a comparison with a tree or an entry finds a false manifest`() async throws {
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

    @Test func `a false manifest of a file in chunks never gets into a later entry`() async throws {
        let fixture = try CacheFixture()
        var random = SplitMix64(seed: 4)
        try fixture.overwrite(fixture.source.file("tree/large"), random.bytes(9 << 20))
        let cache = fixture.indexedCache
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
        #expect(try fixture.difference() == nil)
    }
}

/// Files with the size and time of an entry's file, and another content, which must not get into the
/// next entry.
@Suite(.timed) struct `Files that look unchanged` {
    @Test(arguments: TrustFixture.Stores.allCases)
    func `a save keeps the content of a file that only looks unchanged`(
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

    @Test func `a save does not read files again that an earlier restore has written`()
        async throws
    {
        let fixture = try CacheFixture()
        let cache = fixture.indexedCache
        for number in 0..<40 { try fixture.source.write("file \(number)", to: "tree/\(number)") }
        _ = try await fixture.save("k1")
        try fixture.source.write("changed", to: "tree/7")
        _ = try await fixture.save("k2")
        try await Task.sleep(for: .milliseconds(80))
        for key in ["k1", "k2"] {
            _ = try await cache.restore(fixture.identity(key), into: fixture.target.path)
            try await Task.sleep(for: .milliseconds(80))
        }
        // The second restore wrote one file, and knows the others from the first restore.
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
        let file = StatIndexFile(cache.settings, set, root: root, scope: "project")
        let index = try #require(file?.read())
        #expect(index.stamps.count { $0 != nil } == 40)
        #expect(index.summary?.isVerified == true)
    }
}

/// The list of manifests that this machine has compared with their packs.
@Suite(.timed) struct `Verified manifests` {
    private func digest(_ number: Int) -> ContentDigest {
        ContentDigest(of: Array("\(number)".utf8))
    }

    @Test func `the newest verdicts on manifests are kept, and can be replaced`() throws {
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

    @Test func `a damaged list of verdicts is ignored`() throws {
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
