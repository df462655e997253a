import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecCache

/// Attacks with write access to the store and without a trusted key.
enum Attack: String, CaseIterable {
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

    /// A part of the note with the reason of the refusal.
    var reason: String {
        switch self {
        case .unsigned, .stripped: "it is not signed"
        case .unknownKey: "is not in the policy"
        case .keyOfAnotherScope: "the key 'pr-ci' may not sign for the scope 'main'"
        case .expiredKey: "the key 'old' has expired"
        case .forgedManifest, .forgedName: "its signature does not match the key that it names"
        case .otherKey, .otherScope, .otherPaths: "the key record was written for another entry"
        case .rolledBack: "it is older than the policy allows"
        case .savedInTheFuture: "it was saved in the future"
        }
    }

    /// Replaces the key record of the entry `good`.
    func apply(to fixture: TrustFixture, _ good: CacheIdentity) async throws {
        var record = try await fixture.record(good)
        record.signature = nil
        var evil = good
        evil.key = "evil"
        switch self {
        case .unsigned:
            record.manifest = try await fixture.record(evil).manifest
            try await fixture.plant(record.encode(), as: good)
        case .stripped: try await fixture.plant(record.encode(), as: good)
        case .unknownKey:
            try await fixture.plant(record.encode(signedBy: fixture.unknown), as: good)
        case .keyOfAnotherScope:
            try await fixture.plant(record.encode(signedBy: fixture.pr), as: good)
        case .expiredKey:
            try await fixture.plant(record.encode(signedBy: fixture.expired), as: good)
        case .forgedManifest:
            let manifest = try await fixture.record(evil).manifest.hex
            try await fixture.plant(
                fixture.forged(good, record.manifest.hex, manifest),
                as: good
            )
        case .forgedName:
            let other = fixture.unknown.publicKey.id
            let own = fixture.main.publicKey.id
            record.writer = "mallory"
            let text = String(decoding: try record.encode(signedBy: fixture.unknown), as: UTF8.self)
            let body = text.replacing(other, with: own).dropLast(4 + 64 + 1)
            let bytes = Array(body.utf8)
            try await fixture.plant(
                bytes + Array("end \(ContentDigest(of: bytes).hex)\n".utf8),
                as: good
            )
        case .otherKey:
            record.key = "another"
            try await fixture.plant(record.encode(signedBy: fixture.main), as: good)
        case .otherScope:
            record.scope = "release-1"
            try await fixture.plant(record.encode(signedBy: fixture.main), as: good)
        case .otherPaths:
            record.paths = ["./other"]
            try await fixture.plant(record.encode(signedBy: fixture.main), as: good)
        case .rolledBack:
            record.saved -= 2 * 86_400 * 1_000_000_000
            try await fixture.plant(record.encode(signedBy: fixture.main), as: good)
        case .savedInTheFuture:
            record.saved += 2 * 86_400 * 1_000_000_000
            try await fixture.plant(record.encode(signedBy: fixture.main), as: good)
        }
    }
}

/// A machine that demands signatures, and a store with forged records.
@Suite(.timed) struct `Untrusted entries` {
    /// Makes a fixture with a signed entry of main, and an unsigned one with evil content.
    private func makeFixture(
        _ stores: TrustFixture.Stores,
        _ key: String? = "k1"
    ) async throws -> TrustFixture {
        let fixture = try TrustFixture(stores)
        _ = try await fixture.demanding(fixture.main).save(
            fixture.identity(key),
            from: fixture.source.path
        )
        let evil = try TemporaryDirectory()
        try evil.write("evil", to: "tree/0")
        _ = try await fixture.cache().save(fixture.identity("evil"), from: evil.path)
        return fixture
    }

    @Test(arguments: TrustFixture.Stores.allCases)
    func `an entry that a trusted key signed for its scope is restored`(
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try await makeFixture(stores)
        let target = try TemporaryDirectory()
        let report = try await fixture.demanding().restore(
            fixture.identity("k1"),
            into: target.path
        )
        #expect(report.outcome == .exact(key: "k1"))
        #expect(report.notes == [])
        #expect(report.origin?.trust == .verified(key: "main-ci"))
        #expect(report.origin?.signer == fixture.main.publicKey.id)
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
    }

    @Test(arguments: Attack.allCases, TrustFixture.Stores.allCases)
    func `an untrusted entry is a miss of its key with one note`(
        attack: Attack,
        stores: TrustFixture.Stores
    ) async throws {
        let fixture = try await makeFixture(stores)
        try await attack.apply(to: fixture, fixture.identity("k1"))
        let target = try TemporaryDirectory()
        let report = try await fixture.demanding().restore(
            fixture.identity("k1"),
            into: target.path
        )
        #expect(report.isMiss)
        #expect(report.notes.count == 1 && report.notes[0].contains(attack.reason), "\(report)")
        #expect(report.origin == nil)
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Attack.allCases)
    func `an untrusted entry is not a fallback hit`(attack: Attack) async throws {
        let fixture = try await makeFixture(.directory)
        try await attack.apply(to: fixture, fixture.identity("k1"))
        let target = try TemporaryDirectory()
        let report = try await fixture.demanding()
            .restore(fixture.identity("k2", fallback: ["k"]), into: target.path)
        #expect(report.isMiss, "\(report)")
        #expect(report.notes.count == 1 && report.notes[0].contains(attack.reason), "\(report)")
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Attack.allCases)
    func `an untrusted default entry is a miss`(attack: Attack) async throws {
        let fixture = try await makeFixture(.directory, nil)
        try await attack.apply(to: fixture, fixture.identity(nil))
        let target = try TemporaryDirectory()
        let report = try await fixture.demanding().restore(fixture.identity(nil), into: target.path)
        #expect(report.isMiss, "\(report)")
        #expect(report.notes.count == 1)
        #expect(try target.handle.names().isEmpty)
    }

    @Test(arguments: Attack.allCases)
    func `the next save of its key replaces an untrusted entry`(attack: Attack) async throws {
        let fixture = try await makeFixture(.directory)
        try await attack.apply(to: fixture, fixture.identity("k1"))
        let cache = try fixture.demanding(fixture.main)
        let saved = try await cache.save(fixture.identity("k1"), from: fixture.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        let report = try await fixture.demanding().restore(
            fixture.identity("k1"),
            into: target.path
        )
        #expect(report.outcome == .exact(key: "k1"))
        #expect(try TreeSnapshot(target.path) == TreeSnapshot(fixture.source.path))
    }

    @Test(arguments: Attack.allCases)
    func `an untrusted entry cannot be exported`(attack: Attack) async throws {
        let fixture = try await makeFixture(.directory)
        try await attack.apply(to: fixture, fixture.identity("k1"))
        let target = try TemporaryDirectory()
        await #expect(throws: CacheError.self) {
            try await fixture.demanding().export(
                fixture.name(fixture.identity("k1")),
                to: target.file("x.tar"),
                as: .plain
            )
        }
        #expect(try target.handle.names().isEmpty)
    }

    @Test func `a stat index does not make an untrusted entry a hit`() async throws {
        let fixture = try await makeFixture(.directory)
        let state = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        // The evil tree was restored without a policy, and the index covers it.
        _ = try await fixture.cache(state: state).restore(
            fixture.identity("evil"),
            into: target.path
        )
        let again = try await fixture.cache(state: state)
            .restore(fixture.identity("evil"), into: target.path)
        #expect(again.filesUnchanged == 1)
        let report = try await fixture.demanding(state: state)
            .restore(fixture.identity("evil"), into: target.path)
        #expect(report.isMiss)
        // A save of another tree does not use the entry as its parent, either.
        try target.write("good", to: "tree/0")
        let cache = try fixture.demanding(fixture.main, state: state)
        _ = try await cache.save(fixture.identity("k3"), from: target.path)
        let fresh = try TemporaryDirectory()
        _ = try await fixture.demanding().restore(fixture.identity("k3"), into: fresh.path)
        #expect(try fresh.read("tree/0") == "good")
    }

    @Test func `an untrusted entry is listed and shown with the reason`() async throws {
        let fixture = try await makeFixture(.directory)
        let cache = try fixture.demanding()
        let entries = try await cache.entries().entries
        #expect(
            entries.first { $0.key == "evil" }?.trust == .refused("it is not signed")
        )
        #expect(entries.first { $0.key == "k1" }?.trust == .verified(key: "main-ci"))
        let shown = try await cache.contents(of: fixture.name(fixture.identity("evil")))
        #expect(shown.info.trust == .refused("it is not signed"))
    }
}

/// A manifest that gives an evil content the digest of the good one.
@Suite(.timed) struct `False parents` {
    /// Writes an entry of main whose manifest gives the evil content the digest of the good one.
    private func plant(_ fixture: TrustFixture, signedBy key: SigningKey?) async throws {
        let evil = try TemporaryDirectory()
        try evil.write("evil 0", to: "tree/0")
        _ = try await fixture.cache().save(fixture.identity("lie"), from: evil.path)
        let store = fixture.shared
        var record = try await fixture.record(fixture.identity("lie"))
        let reader = EntryReader(store: store)
        var manifest = try await reader.manifest(of: record)
        for index in manifest.entries.indices {
            guard case .file(let size, var blobs) = manifest.entries[index].kind else { continue }
            blobs[0].digest = ContentDigest(of: Array("good 0".utf8))
            // A save does not refer to a pack that seems to be unused.
            let tree = try fixture.source.handle.directory("tree".utf8)
            let status = try #require(try tree.status("0".utf8))
            manifest.entries[index].modified = status.modified
            manifest.entries[index].kind = .file(size: size, blobs: blobs)
        }
        let written = try await ObjectWriter(store: store, codec: .zstd).writeManifest(manifest)
        record.manifest = written.digest
        record.signature = nil
        try await fixture.plant(record.encode(signedBy: key), as: fixture.identity("lie"))
    }

    private func restored(_ fixture: TrustFixture, by cache: BuildCache) async throws -> String? {
        let saved = try await cache.save(fixture.identity("honest"), from: fixture.source.path)
        #expect(saved.outcome == .saved)
        let target = try TemporaryDirectory()
        _ = try await cache.restore(fixture.identity("honest"), into: target.path)
        return try target.read("tree/0")
    }

    @Test(arguments: [false, true])
    func `a save does not rely on a false parent, signed or not`(isSigned: Bool) async throws {
        let fixture = try TrustFixture()
        try await plant(fixture, signedBy: isSigned ? fixture.main : nil)
        let cache = try isSigned ? fixture.demanding(fixture.main) : fixture.cache()
        #expect(try await restored(fixture, by: cache) == "good 0")
    }

    @Test(arguments: [false, true])
    func `a save that demands signatures does not rely on a false parent`(
        isSigned: Bool
    ) async throws {
        let fixture = try TrustFixture()
        try await plant(fixture, signedBy: isSigned ? fixture.pr : nil)
        let cache = try fixture.demanding(fixture.main)
        #expect(try await restored(fixture, by: cache) == "good 0")
    }
}

/// A policy that has keys and does not demand signatures.
@Suite(.timed) struct `Optional signatures` {
    @Test func `an unsigned entry is trusted, and a badly signed one is not`() async throws {
        let fixture = try TrustFixture()
        var policy = fixture.policy
        policy.requiresSigned = false
        let identity = fixture.identity("k1")
        _ = try await fixture.cache().save(identity, from: fixture.source.path)
        let target = try TemporaryDirectory()
        let cache = try fixture.cache().trusting(policy)
        let plain = try await cache.restore(identity, into: target.path)
        #expect(plain.outcome == .exact(key: "k1") && plain.origin?.trust == .unsigned)
        let record = try await fixture.record(identity)
        try await fixture.plant(record.encode(signedBy: fixture.unknown), as: identity)
        let fresh = try TemporaryDirectory()
        let report = try await cache.restore(identity, into: fresh.path)
        #expect(report.isMiss && report.notes.count == 1, "\(report)")
    }

    @Test func `a policy without keys does not check signatures`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity("k1")
        _ = try await fixture.cache().signing(with: fixture.unknown)
            .save(identity, from: fixture.source.path)
        let target = try TemporaryDirectory()
        let report = try await fixture.cache()
            .trusting(CachePolicy(keys: [], requiresSigned: false))
            .restore(identity, into: target.path)
        #expect(report.origin?.trust == .unchecked)
        #expect(report.origin?.signer == fixture.unknown.publicKey.id)
    }

    @Test func `an unsigned entry of a named scope is trusted`() async throws {
        let fixture = try TrustFixture()
        var policy = fixture.policy
        policy.unsignedScopes = ["pr-*"]
        let identity = fixture.identity("k1", scope: "pr-7")
        let cache = try fixture.cache().trusting(policy)
        #expect(try await cache.save(identity, from: fixture.source.path).outcome == .saved)
        let target = try TemporaryDirectory()
        #expect(try await !cache.restore(identity, into: target.path).isMiss)
        let main = try await cache.save(fixture.identity("k1"), from: fixture.source.path)
        #expect(
            main.outcome
                == .notAllowed(
                    "the policy requires signed entries for 'main', and there is no signing key"
                )
        )
    }
}

/// Saves of entries that the policy of the same machine would refuse.
@Suite(.timed) struct `Saves without a trusted key` {
    @Test func `a save without a trusted key is refused with the reason`() async throws {
        let fixture = try TrustFixture()
        let identity = fixture.identity("k1")
        func reason(_ key: SigningKey?) async throws -> SaveReport.Outcome {
            try await fixture.demanding(key).save(identity, from: fixture.source.path).outcome
        }
        #expect(
            try await reason(fixture.pr)
                == .notAllowed("the signing key 'pr-ci' may not sign for the scope 'main'")
        )
        #expect(
            try await reason(fixture.expired)
                == .notAllowed("the signing key 'old' has expired")
        )
        let id = fixture.unknown.publicKey.id.prefix(16)
        #expect(
            try await reason(fixture.unknown)
                == .notAllowed("the signing key \(id) is not in the policy")
        )
        #expect(try await fixture.shared.list(prefix: "").objects.isEmpty)
    }
}
