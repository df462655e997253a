import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// What somebody does who may write to the store and has no key that counts.
enum Sabotage: String, CaseIterable {
    case unsigned
    case stripped
    case unknownKey
    case keyOfAnotherScope
    case expiredKey
    case forgedManifest
    case forgedName
    case otherKey
    case otherScope
    case otherPaths
    case rolledBack
    case savedInTheFuture

    /// A part of the line that says why the entry is refused.
    var reason: String {
        switch self {
        case .unsigned, .stripped: "it is not signed"
        case .unknownKey: "is not in the policy"
        case .keyOfAnotherScope: "the key 'pr-ci' may not sign for the scope 'main'"
        case .expiredKey: "the key 'old' has expired"
        case .forgedManifest, .forgedName: "its signature is not that of the key it names"
        case .otherKey, .otherScope, .otherPaths: "the key record was written for another entry"
        case .rolledBack: "it is older than the policy allows"
        case .savedInTheFuture: "it was saved in the future"
        }
    }

    /// Puts what it makes of the entry `good` where `good` is.
    func strike(_ bench: TrustBench, _ good: CacheIdentity) async throws {
        var record = try await bench.record(good)
        record.signature = nil
        var evil = good
        evil.key = "evil"
        switch self {
        case .unsigned:
            record.manifest = try await bench.record(evil).manifest
            try await bench.plant(record.encode(), as: good)
        case .stripped: try await bench.plant(record.encode(), as: good)
        case .unknownKey:
            try await bench.plant(record.encode(signedBy: bench.unknown), as: good)
        case .keyOfAnotherScope:
            try await bench.plant(record.encode(signedBy: bench.pr), as: good)
        case .expiredKey:
            try await bench.plant(record.encode(signedBy: bench.expired), as: good)
        case .forgedManifest:
            let manifest = try await bench.record(evil).manifest.hex
            try await bench.plant(
                bench.forged(good, record.manifest.hex, manifest),
                as: good
            )
        case .forgedName:
            let other = bench.unknown.publicKey.id
            let own = bench.main.publicKey.id
            record.writer = "mallory"
            let text = String(decoding: try record.encode(signedBy: bench.unknown), as: UTF8.self)
            let body = text.replacing(other, with: own).dropLast(4 + 64 + 1)
            let bytes = Array(body.utf8)
            try await bench.plant(
                bytes + Array("end \(ContentDigest(of: bytes).hex)\n".utf8),
                as: good
            )
        case .otherKey:
            record.key = "another"
            try await bench.plant(record.encode(signedBy: bench.main), as: good)
        case .otherScope:
            record.scope = "release-1"
            try await bench.plant(record.encode(signedBy: bench.main), as: good)
        case .otherPaths:
            record.paths = ["./other"]
            try await bench.plant(record.encode(signedBy: bench.main), as: good)
        case .rolledBack:
            record.saved -= 2 * 86_400 * 1_000_000_000
            try await bench.plant(record.encode(signedBy: bench.main), as: good)
        case .savedInTheFuture:
            record.saved += 2 * 86_400 * 1_000_000_000
            try await bench.plant(record.encode(signedBy: bench.main), as: good)
        }
    }
}

/// Signatures are demanded, and the store has been tampered with.
@Suite struct `An entry that the policy refuses` {
    /// A bench with a signed entry of main, and an unsigned one of evil content beside it.
    private func bench(_ place: TrustBench.Place, _ key: String? = "k1") async throws -> TrustBench
    {
        let bench = try TrustBench(place)
        _ = try await bench.demanding(bench.main).save(bench.identity(key), from: bench.source.path)
        let evil = try TemporaryDirectory()
        try evil.write("evil", to: "tree/0")
        _ = try await bench.cache().save(bench.identity("evil"), from: evil.path)
        return bench
    }

    @Test(arguments: TrustBench.Place.allCases)
    func `is none that a trusted key signed for its scope`(place: TrustBench.Place) async throws {
        let bench = try await bench(place)
        let target = try TemporaryDirectory()
        let report = try await bench.demanding().restore(bench.identity("k1"), into: target.path)
        #expect(report.outcome == .exact(key: "k1"))
        #expect(report.notes == [])
        #expect(report.origin?.trust == .verified(key: "main-ci"))
        #expect(report.origin?.signer == bench.main.publicKey.id)
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(bench.source.path))
    }

    @Test(arguments: Sabotage.allCases, TrustBench.Place.allCases)
    func `is a miss of its exact key, told in one line`(
        sabotage: Sabotage,
        place: TrustBench.Place
    ) async throws {
        let bench = try await bench(place)
        try await sabotage.strike(bench, bench.identity("k1"))
        let target = try TemporaryDirectory()
        let report = try await bench.demanding().restore(bench.identity("k1"), into: target.path)
        #expect(report.isMiss)
        #expect(report.notes.count == 1 && report.notes[0].contains(sabotage.reason), "\(report)")
        #expect(report.origin == nil)
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Sabotage.allCases)
    func `is no answer to a fallback key`(sabotage: Sabotage) async throws {
        let bench = try await bench(.directory)
        try await sabotage.strike(bench, bench.identity("k1"))
        let target = try TemporaryDirectory()
        let report = try await bench.demanding()
            .restore(bench.identity("k2", fallback: ["k"]), into: target.path)
        #expect(report.isMiss, "\(report)")
        // A copied record is no entry of these keys at all, so there is nothing to refuse.
        let isCopy = [.otherKey, .otherScope, .otherPaths].contains(sabotage)
        #expect(report.notes.count == (isCopy ? 0 : 1), "\(report)")
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Sabotage.allCases)
    func `is a miss of the keyless entry`(sabotage: Sabotage) async throws {
        let bench = try await bench(.directory, nil)
        try await sabotage.strike(bench, bench.identity(nil))
        let target = try TemporaryDirectory()
        let report = try await bench.demanding().restore(bench.identity(nil), into: target.path)
        #expect(report.isMiss, "\(report)")
        #expect(report.notes.count == 1)
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Sabotage.allCases)
    func `is written anew by the next save of its key`(sabotage: Sabotage) async throws {
        let bench = try await bench(.directory)
        try await sabotage.strike(bench, bench.identity("k1"))
        let cache = try bench.demanding(bench.main)
        let saved = try await cache.save(bench.identity("k1"), from: bench.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let report = try await bench.demanding().restore(bench.identity("k1"), into: target.path)
        #expect(report.outcome == .exact(key: "k1"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(bench.source.path))
    }

    @Test(arguments: Sabotage.allCases)
    func `is not exported`(sabotage: Sabotage) async throws {
        let bench = try await bench(.directory)
        try await sabotage.strike(bench, bench.identity("k1"))
        let target = try TemporaryDirectory()
        await #expect(throws: CacheError.self) {
            try await bench.demanding().export(
                bench.name(bench.identity("k1")),
                to: target.file("x.tar"),
                as: .plain
            )
        }
        #expect(try target.handle.names().isEmpty)
    }

    @Test func `is not reached by a tree that the index knows`() async throws {
        let bench = try await bench(.directory)
        let state = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        // Nobody asked for signatures when the evil tree came, and the index knows it well.
        _ = try await bench.cache(state: state).restore(bench.identity("evil"), into: target.path)
        let again = try await bench.cache(state: state)
            .restore(bench.identity("evil"), into: target.path)
        #expect(again.filesUnchanged == 1)
        let report = try await bench.demanding(state: state)
            .restore(bench.identity("evil"), into: target.path)
        #expect(report.isMiss)
        // And a save of another tree does not build upon it, whatever the index says.
        try target.write("good", to: "tree/0")
        let cache = try bench.demanding(bench.main, state: state)
        _ = try await cache.save(bench.identity("k3"), from: target.path)
        let fresh = try TemporaryDirectory()
        _ = try await bench.demanding().restore(bench.identity("k3"), into: fresh.path)
        #expect(try fresh.read("tree/0") == "good")
    }

    @Test func `and its parts are listed and shown, with the reason`() async throws {
        let bench = try await bench(.directory)
        let cache = try bench.demanding()
        let entries = try await cache.entries().entries
        #expect(
            entries.first { $0.key == "evil" }?.trust == .refused("it is not signed")
        )
        #expect(entries.first { $0.key == "k1" }?.trust == .verified(key: "main-ci"))
        let shown = try await cache.contents(of: bench.name(bench.identity("evil")))
        #expect(shown.info.trust == .refused("it is not signed"))
    }
}

/// A manifest that gives an evil content the digest of the good one.
@Suite struct `A parent that lies` {
    /// Plants an entry of main whose manifest says that the good content is where an evil one is.
    private func plant(_ bench: TrustBench, signedBy key: SigningKey?) async throws {
        let evil = try TemporaryDirectory()
        try evil.write("evil 0", to: "tree/0")
        _ = try await bench.cache().save(bench.identity("lie"), from: evil.path)
        let store = bench.shared
        var record = try await bench.record(bench.identity("lie"))
        let reader = EntryReader(store: store)
        var manifest = try await reader.manifest(of: record)
        for place in manifest.entries.indices {
            guard case .file(let size, var blobs) = manifest.entries[place].kind else { continue }
            blobs[0].digest = ContentDigest(of: Array("good 0".utf8))
            // A pack of which nothing looks alive is not referred to.
            let tree = try bench.source.handle.directory("tree".utf8)
            let status = try #require(try tree.status("0".utf8))
            manifest.entries[place].modified = status.modified
            manifest.entries[place].kind = .file(size: size, blobs: blobs)
        }
        let written = try await ObjectWriter(store: store, codec: .zstd).writeManifest(manifest)
        record.manifest = written.digest
        record.signature = nil
        try await bench.plant(record.encode(signedBy: key), as: bench.identity("lie"))
    }

    private func restored(_ bench: TrustBench, by cache: BuildCache) async throws -> String? {
        let saved = try await cache.save(bench.identity("honest"), from: bench.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        _ = try await cache.restore(bench.identity("honest"), into: target.path)
        return try target.read("tree/0")
    }

    @Test(arguments: [false, true])
    func `is built upon by nobody, also when it is signed by who may`(isSigned: Bool) async throws {
        let bench = try TrustBench()
        try await plant(bench, signedBy: isSigned ? bench.main : nil)
        let cache = try isSigned ? bench.demanding(bench.main) : bench.cache()
        #expect(try await restored(bench, by: cache) == "good 0")
    }

    @Test(arguments: [false, true])
    func `is not built upon when signatures are demanded`(isSigned: Bool) async throws {
        let bench = try TrustBench()
        try await plant(bench, signedBy: isSigned ? bench.pr : nil)
        let cache = try bench.demanding(bench.main)
        #expect(try await restored(bench, by: cache) == "good 0")
    }
}

/// A policy that knows keys and demands no signatures.
@Suite struct `Without a demand for signatures` {
    @Test func `unsigned entries pass and badly signed ones do not`() async throws {
        let bench = try TrustBench()
        var policy = bench.policy
        policy.requiresSigned = false
        let identity = bench.identity("k1")
        _ = try await bench.cache().save(identity, from: bench.source.path)
        let target = try TemporaryDirectory()
        let cache = try bench.cache().trusting(policy)
        let plain = try await cache.restore(identity, into: target.path)
        #expect(plain.outcome == .exact(key: "k1") && plain.origin?.trust == .unsigned)
        let record = try await bench.record(identity)
        try await bench.plant(record.encode(signedBy: bench.unknown), as: identity)
        let fresh = try TemporaryDirectory()
        let report = try await cache.restore(identity, into: fresh.path)
        #expect(report.isMiss && report.notes.count == 1, "\(report)")
    }

    @Test func `a policy without keys has no opinion of signatures`() async throws {
        let bench = try TrustBench()
        let identity = bench.identity("k1")
        _ = try await bench.cache().signing(with: bench.unknown)
            .save(identity, from: bench.source.path)
        let target = try TemporaryDirectory()
        let report = try await bench.cache()
            .trusting(CachePolicy(keys: [], requiresSigned: false))
            .restore(identity, into: target.path)
        #expect(report.origin?.trust == .unchecked)
        #expect(report.origin?.signer == bench.unknown.publicKey.id)
    }

    @Test func `scopes may be named of which unsigned entries pass`() async throws {
        let bench = try TrustBench()
        var policy = bench.policy
        policy.unsignedScopes = ["pr-*"]
        let identity = bench.identity("k1", scope: "pr-7")
        let cache = try bench.cache().trusting(policy)
        #expect(try await cache.save(identity, from: bench.source.path).outcome == .saved)
        let target = try TemporaryDirectory()
        #expect(try await !cache.restore(identity, into: target.path).isMiss)
        let main = try await cache.save(bench.identity("k1"), from: bench.source.path)
        #expect(
            main.outcome
                == .notAllowed(
                    "the policy wants entries of 'main' signed, and there is no signing key"
                )
        )
    }
}

/// What a cache would refuse itself is not saved.
@Suite struct `A save that nobody could restore` {
    @Test func `is not made, and the reason is said`() async throws {
        let bench = try TrustBench()
        let identity = bench.identity("k1")
        func reason(_ key: SigningKey?) async throws -> SaveReport.Outcome {
            try await bench.demanding(key).save(identity, from: bench.source.path).outcome
        }
        #expect(
            try await reason(bench.pr)
                == .notAllowed("the signing key 'pr-ci' may not sign for the scope 'main'")
        )
        #expect(
            try await reason(bench.expired)
                == .notAllowed("the signing key 'old' has expired")
        )
        let id = bench.unknown.publicKey.id.prefix(16)
        #expect(
            try await reason(bench.unknown)
                == .notAllowed("the signing key \(id) is not in the policy")
        )
        #expect(try await bench.shared.list(prefix: "").isEmpty)
    }
}
