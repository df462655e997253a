/// The order in which a restore searches for entries.
///
/// First the exact key: in the scope of the build, then in each scope that it can read, in their
/// order. Then each fallback key in turn, in the same scopes; within a scope the newest entry comes
/// first. Saves write only to the scope of the build. For each key and scope, the entries of this
/// version come before those that earlier versions saved with the path set's former text.
struct EntryLookup: Sendable {
    let reader: EntryReader
    let identity: CacheIdentity
    /// The digest that identifies the path set.
    let version: ContentDigest
    /// The digest for earlier versions of this program, if it differs.
    let formerVersion: ContentDigest?

    private var versions: [ContentDigest] { [version] + [formerVersion].compactMap(\.self) }

    /// The scope of the build and those that it can read, each once.
    var scopes: [String] {
        var scopes = [identity.scope]
        for scope in identity.readScopes where !scopes.contains(scope) { scopes.append(scope) }
        return scopes
    }

    /// The fallback keys, without empty ones, which match every key; empty for a default entry.
    var fallbackKeys: [String] {
        identity.key == nil ? [] : identity.fallbackKeys.filter { !$0.isEmpty }
    }

    /// The notes on fallback keys that are skipped.
    var notes: [String] {
        guard identity.key != nil, identity.fallbackKeys.contains("") else { return [] }
        return ["an empty fallback key was skipped, because it matches every entry"]
    }

    /// Finds the entry of exactly the key, or the default entry; `nil` also if it is refused.
    func exact(in scope: String) async throws(CacheError) -> KeyRecord? {
        for version in versions {
            do throws(CacheError) {
                let record = try await reader.record(
                    scope: scope,
                    key: identity.key,
                    version: version
                )
                if let record { return record }
            } catch {
                guard error.code == .refused else { throw error }
            }
        }
        return nil
    }

    /// Finds the entries of a scope whose keys begin with a fallback key, newest first, and the
    /// damage of those whose records cannot be read.
    func fallback(
        _ prefix: String,
        in scope: String
    ) async throws(CacheError) -> (records: [KeyRecord], damage: [CacheError]) {
        var all: (records: [KeyRecord], damage: [CacheError]) = ([], [])
        for version in versions {
            let found = try await reader.records(scope: scope, keyPrefix: prefix, version: version)
            all.records += found.records
            all.damage += found.damage
        }
        return all
    }

    /// Finds the parent of a save: the newest entry of this path set, in the first scope with one.
    func parent() async throws(CacheError) -> KeyRecord? {
        for scope in scopes {
            for version in versions {
                if let record = try await reader.newestRecord(scope: scope, version: version) {
                    return record
                }
            }
        }
        return nil
    }
}
