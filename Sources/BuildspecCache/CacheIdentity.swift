internal import BuildspecFiles

/// The scope, key and path set that identify a cache entry.
///
/// A change of any of them makes another entry. Source: CodeBuild user guide, "Cache builds in
/// Amazon S3".
public struct CacheIdentity: Sendable, Equatable {
    /// The scope: the project's name, or a name that several projects share.
    public var scope: String
    /// Scopes that a restore reads after `scope`, in this order; a save never writes to them.
    public var readScopes: [String]
    /// The exact key; `nil` is the scope's default entry, which every save replaces.
    public var key: String?
    /// Prefixes tried in order, newest entry first, when the key has no entry.
    public var fallbackKeys: [String]
    /// The declared paths: globs, relative to the root or absolute, variables expanded.
    public var paths: [String]
    /// The inputs of the key; stored with the entry, so that a later miss can be explained.
    public var inputs: KeyInputs?

    /// Creates an identity.
    public init(
        scope: String,
        readScopes: [String] = [],
        key: String?,
        fallbackKeys: [String] = [],
        paths: [String]
    ) {
        self.scope = scope
        self.readScopes = readScopes
        self.key = key
        self.fallbackKeys = fallbackKeys
        self.paths = paths
    }

    /// Refuses an empty key, because all builds with one would share a single entry.
    func checkKey() throws(CacheError) {
        if key?.allSatisfy(\.isWhitespace) ?? false {
            throw CacheError(.request, "the key is empty")
        }
    }
}

extension CacheIdentity {
    /// Returns a copy whose paths lead to the root directly, without links and `..`.
    ///
    /// A shell that entered a directory through a link has the link's path in `$PWD`; the root's
    /// path has no links. Both mean the same files, so they are the same entry. A path that covers
    /// the root itself, or a directory above the root, becomes `.`, which names no file. If
    /// absolute paths do not start at `/`, links of this machine do not apply: nothing changes.
    func resolved(at root: PathBytes, _ fileSystemRoot: PathBytes) -> CacheIdentity {
        guard fileSystemRoot == PathBytes("/") else { return self }
        var identity = self
        identity.paths = paths.flatMap { CacheIdentity.resolved($0, root) }
        return identity
    }

    /// The name of the key record of this identity with a path set.
    func recordName(_ set: PathSet) -> String {
        let version = set.version
        return StoreLayout.record(scope: scope, key: key, version: version)
    }

    private static func resolved(_ path: String, _ root: PathBytes) -> [String] {
        let patterns = FilePattern.parse(path)
        let resolved = patterns.map { pattern in
            pattern.coversThroughLinks(root) ? FilePattern.root : pattern.resolved(at: root)
        }
        let declared = patterns.map { $0.resolvingParents(from: root).relativized(to: root) }
        guard resolved != declared else { return [path] }
        return resolved.map(\.declaration)
    }
}
