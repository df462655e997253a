import BuildspecFiles
import SystemPackage
import TestSupport

@testable import BuildspecCache

/// Keys, a policy that trusts some of them, a source tree, and stores for the entries.
struct TrustFixture {
    /// The stores of a machine.
    enum Stores: String, CaseIterable {
        /// A directory.
        case directory
        /// A local store in front of a shared one.
        case tiers
        /// A shared store.
        case bucket
    }

    let main = SigningKey()
    let pr = SigningKey()
    let unknown = SigningKey()
    let expired = SigningKey()
    let source: TemporaryDirectory
    /// The store in which other machines find the objects.
    let shared: any CacheStore
    private let stores: Stores
    private let local: TemporaryDirectory

    init(_ stores: Stores = .directory) throws {
        self.stores = stores
        source = try TemporaryDirectory()
        local = try TemporaryDirectory()
        shared = stores == .directory ? DirectoryStore(local.path) : SharedStoreDouble()
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

    /// Returns a machine's cache without a policy.
    func cache(state: TemporaryDirectory? = nil) throws -> BuildCache {
        let directory = DirectoryStore(local.path)
        let used =
            switch stores {
            case .directory: CacheStores(local: directory)
            case .bucket: CacheStores(shared: shared)
            case .tiers: CacheStores(local: directory, shared: shared)
            }
        return BuildCache(stores: used, indexDirectory: state?.path)
    }

    /// Returns a machine's cache with the policy, which signs with `key`, if there is one.
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

    /// Returns the name of the key record of an entry.
    func name(_ identity: CacheIdentity) -> String {
        let set = PathSet(identity.paths, root: PathBytes(source.path.string))
        return StoreLayout.record(
            scope: identity.scope,
            key: identity.key,
            version: set.version
        )
    }

    func bytes(_ identity: CacheIdentity) async throws -> [UInt8] {
        try await shared.read(name(identity), limit: Limits.record)?.bytes ?? []
    }

    func record(_ identity: CacheIdentity) async throws -> KeyRecord {
        try KeyRecord.decode(await bytes(identity))
    }

    /// Writes `bytes` as the key record of an entry, as an attacker can.
    func plant(_ bytes: [UInt8], as identity: CacheIdentity) async throws {
        try await shared.write(name(identity), bytes)
        if stores == .tiers { try DirectoryStore(local.path).write(name(identity), bytes) }
    }

    /// Returns the key record of an entry with a text replaced, and with a valid digest at its end.
    func forged(_ identity: CacheIdentity, _ old: String, _ new: String) async throws -> [UInt8] {
        let text = String(decoding: try await bytes(identity), as: UTF8.self)
        let body = text.components(before: "end ").replacing(old, with: new)
        return Array(body.utf8) + Array("end \(ContentDigest(of: Array(body.utf8)).hex)\n".utf8)
    }
}

extension String {
    /// Returns the lines before the first one that begins with `word`.
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
