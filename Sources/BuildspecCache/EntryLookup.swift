/// The order in which entries are looked for.
///
/// The exact key in the own scope, then in each scope that may be read, in their order. Then for each
/// fallback key in turn the own scope, then the others; within a scope the newest entry first. Saves
/// write to the own scope alone, whatever was found elsewhere.
struct EntryLookup: Sendable {
    let reader: EntryReader
    let identity: CacheIdentity
    /// What identifies the path set.
    let version: ContentDigest

    /// The own scope and those that may be read, each once.
    var scopes: [String] {
        var scopes = [identity.scope]
        for scope in identity.readScopes where !scopes.contains(scope) { scopes.append(scope) }
        return scopes
    }

    /// The fallback keys that count: without a key there are none.
    var fallbackKeys: [String] { identity.key == nil ? [] : identity.fallbackKeys }

    /// The entry of exactly the key, or the keyless one, in a scope.
    ///
    /// - Returns: its record; `nil` when there is none, or one that is refused.
    /// - Throws: `damaged` when there is one that cannot be read.
    func exact(in scope: String) async throws(CacheError) -> KeyRecord? {
        do throws(CacheError) {
            return try await reader.record(scope: scope, key: identity.key, version: version)
        } catch {
            guard error.code == .refused else { throw error }
            return nil
        }
    }

    /// The entries of a scope whose keys begin with a fallback key, newest first.
    func fallback(_ prefix: String, in scope: String) async throws(CacheError) -> [KeyRecord] {
        try await reader.records(scope: scope, keyPrefix: prefix, version: version)
    }

    /// The entry that a save builds upon: the own scope's newest of this path set, else that of the
    /// first scope with one that may be read.
    func parent() async throws(CacheError) -> KeyRecord? {
        for scope in scopes {
            if let record = try await reader.newestRecord(scope: scope, version: version) {
                return record
            }
        }
        return nil
    }
}
