import BuildspecCache
import TestSupport

/// A source tree whose one file tells the saved entries apart by its content.
struct OneFileTree {
    let source: TemporaryDirectory

    init() throws { source = try TemporaryDirectory() }

    func identity(_ key: String?, scope: String = "p") -> CacheIdentity {
        CacheIdentity(scope: scope, key: key, paths: ["tree/**/*"])
    }

    /// Writes `content` to the file, and saves the tree.
    @discardableResult
    func save(
        _ key: String?,
        _ content: String,
        scope: String = "p",
        to stores: CacheStores
    ) async throws -> SaveReport {
        try source.write(content, to: "tree/a")
        return try await BuildCache(stores: stores)
            .save(identity(key, scope: scope), from: source.path)
    }

    /// Restores an entry into a new directory.
    ///
    /// - Returns: The content of the file; `nil` for a miss.
    func restored(_ key: String?, from stores: CacheStores) async throws -> String? {
        let target = try TemporaryDirectory()
        let report = try await BuildCache(stores: stores).restore(identity(key), into: target.path)
        guard case .exact = report.outcome else { return nil }
        return try target.read("tree/a")
    }
}
