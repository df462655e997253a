import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport

/// A source tree, a store and an empty target, with a cache between them.
struct Bench {
    let source: TemporaryDirectory
    let store: TemporaryDirectory
    let target: TemporaryDirectory
    let cache: BuildCache

    init(codec: Codec = .zstd) throws {
        source = try TemporaryDirectory()
        store = try TemporaryDirectory()
        target = try TemporaryDirectory()
        cache = BuildCache(directory: store.path, codec: codec)
    }

    func identity(
        _ key: String?,
        fallback: [String] = [],
        scope: String = "project",
        paths: [String] = ["tree/**/*"]
    ) -> CacheIdentity {
        CacheIdentity(scope: scope, key: key, fallbackKeys: fallback, paths: paths)
    }

    @discardableResult
    func save(_ key: String?, scope: String = "project") async throws -> SaveReport {
        try await cache.save(identity(key, scope: scope), from: source.path)
    }

    func restore(_ key: String?, fallback: [String] = []) async throws -> RestoreReport {
        try await cache.restore(identity(key, fallback: fallback), into: target.path)
    }

    /// The files of the store whose path contains `part`.
    func objects(_ part: String) throws -> [FilePath] {
        let set = PathSet(["v1/**/*"], root: PathBytes(store.path.string))
        return try TreeWalk(set, root: store.handle).entries
            .filter { $0.status.kind == .regular && $0.path.text.contains(part) }
            .map { store.file($0.path.text) }
    }

    func bytes(_ path: FilePath) throws -> [UInt8] {
        try AtomicFile.read(PathBytes(path.string), limit: 1 << 30) ?? []
    }

    func overwrite(_ path: FilePath, _ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: PathBytes(path.string))
    }

    func remove(_ path: FilePath) throws {
        let parent = try DirectoryHandle.open(PathBytes(path.removingLastComponent().string))
        try parent.removeFile((path.lastComponent?.string ?? "").utf8)
    }

    /// Everything in the target, temporary names included.
    func targetNames() throws -> [String] {
        try target.handle.names().map { String(decoding: $0, as: UTF8.self) }
    }
}
