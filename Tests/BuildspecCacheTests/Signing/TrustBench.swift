import BuildspecFiles
import SystemPackage
import TestSupport

@testable import BuildspecCache

/// Keys, a policy that trusts some of them, and a store that a trusted run has saved to.
struct TrustBench {
    /// Where the objects are.
    enum Place: String, CaseIterable {
        case directory
        case tiers
        case bucket
    }

    let main = SigningKey()
    let pr = SigningKey()
    let unknown = SigningKey()
    let expired = SigningKey()
    let source: TemporaryDirectory
    /// Where other machines find the objects.
    let shared: any CacheStore
    private let place: Place
    private let near: TemporaryDirectory

    init(_ place: Place = .directory) throws {
        self.place = place
        source = try TemporaryDirectory()
        near = try TemporaryDirectory()
        shared = place == .directory ? DirectoryStore(near.path) : RemoteDouble()
        for number in 0..<6 { try source.write("good \(number)", to: "tree/\(number)") }
    }

    var policy: CachePolicy {
        CachePolicy(
            keys: [
                .init(name: "main-ci", key: main.publicKey, scopes: ["main", "release-*"]),
                .init(name: "pr-ci", key: pr.publicKey, scopes: ["pr-*"]),
                .init(name: "old", key: expired.publicKey, scopes: ["main"], notAfter: 1_000_000),
            ],
            requiresSigned: true,
            maximumAge: 86_400
        )
    }

    /// A machine's cache without trust in anybody.
    func cache(state: TemporaryDirectory? = nil) throws -> BuildCache {
        let store: any CacheStore =
            place == .tiers
            ? TieredStore(local: DirectoryStore(near.path), shared: shared) : shared
        return BuildCache(store: store, indexDirectory: state?.path)
    }

    /// A machine's cache that demands signatures.
    func demanding(
        _ key: SigningKey? = nil,
        state: TemporaryDirectory? = nil
    ) throws -> BuildCache {
        let cache = try cache(state: state).trusting(policy)
        return key.map(cache.signing) ?? cache
    }

    func identity(
        _ key: String?,
        scope: String = "main",
        read: [String] = [],
        fallback: [String] = [],
        paths: [String] = ["tree/**/*"]
    ) -> CacheIdentity {
        CacheIdentity(
            scope: scope,
            readScopes: read,
            key: key,
            fallbackKeys: fallback,
            paths: paths
        )
    }

    /// The name of an entry's record.
    func name(_ identity: CacheIdentity) -> String {
        let set = PathSet(identity.paths, root: PathBytes(source.path.string))
        return StoreLayout.record(
            scope: identity.scope,
            key: identity.key,
            version: KeyRecord.version(ofPaths: set.canonicalTexts)
        )
    }

    func bytes(_ identity: CacheIdentity) async throws -> [UInt8] {
        try await shared.read(name(identity), limit: Limits.record) ?? []
    }

    func record(_ identity: CacheIdentity) async throws -> KeyRecord {
        try KeyRecord.decode(await bytes(identity))
    }

    /// Puts bytes where a record belongs, as somebody does who may write to the store.
    func plant(_ bytes: [UInt8], as identity: CacheIdentity) async throws {
        try await shared.write(name(identity), bytes)
        if place == .tiers { try DirectoryStore(near.path).write(name(identity), bytes) }
    }

    /// The entry's bytes with some text replaced and a right digest at the end.
    func forged(_ identity: CacheIdentity, _ old: String, _ new: String) async throws -> [UInt8] {
        let text = String(decoding: try await bytes(identity), as: UTF8.self)
        let body = text.components(before: "end ").replacing(old, with: new)
        return Array(body.utf8) + Array("end \(ContentDigest(of: Array(body.utf8)).hex)\n".utf8)
    }
}

extension String {
    /// The part before the last line, which begins with a word.
    fileprivate func components(before word: String) -> String {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        return lines.prefix { !$0.hasPrefix(word) }.map { $0 + "\n" }.joined()
    }
}

extension RestoreReport {
    var isMiss: Bool {
        if case .miss = outcome { true } else { false }
    }
}
