/// The order in which entries are looked for.
///
/// The exact key in the own scope, then in each scope that may be read, in their order. Then for each
/// fallback key in turn the own scope, then the others; within a scope the newest entry first. Saves
/// write to the own scope alone, whatever was found elsewhere. Of each key in each scope what this
/// version saved comes first, then what earlier ones did under the path set's former text.
struct EntryLookup: Sendable {
    let reader: EntryReader
    let identity: CacheIdentity
    /// What identifies the path set.
    let version: ContentDigest
    /// What identified it for earlier versions of this program, where that differs.
    let formerVersion: ContentDigest?

    private var versions: [ContentDigest] { [version] + [formerVersion].compactMap(\.self) }

    /// The own scope and those that may be read, each once.
    var scopes: [String] {
        var scopes = [identity.scope]
        for scope in identity.readScopes where !scopes.contains(scope) { scopes.append(scope) }
        return scopes
    }

    /// The fallback keys that count: none without a key, and no empty one, which any key begins with.
    var fallbackKeys: [String] {
        identity.key == nil ? [] : identity.fallbackKeys.filter { !$0.isEmpty }
    }

    /// What the user should know of the others.
    var notes: [String] {
        guard identity.key != nil, identity.fallbackKeys.contains("") else { return [] }
        return ["an empty fallback key was skipped: it would take whatever entry is the newest"]
    }

    /// The entry of exactly the key, or the keyless one, in a scope.
    ///
    /// - Returns: its record; `nil` when there is none, or one that is refused.
    /// - Throws: `damaged` when there is one that cannot be read.
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

    /// The entries of a scope whose keys begin with a fallback key, newest first.
    func fallback(_ prefix: String, in scope: String) async throws(CacheError) -> [KeyRecord] {
        var records: [KeyRecord] = []
        for version in versions {
            records += try await reader.records(scope: scope, keyPrefix: prefix, version: version)
        }
        return records
    }

    /// The entry that a save builds upon: the own scope's newest of this path set, else that of the
    /// first scope with one that may be read.
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
