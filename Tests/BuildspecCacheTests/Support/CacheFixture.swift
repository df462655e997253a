import BuildspecFiles
import SystemPackage
import TestSupport

@testable import BuildspecCache

/// A source tree, a store and an empty target, with a cache between them.
struct CacheFixture {
    let source: TemporaryDirectory
    let store: TemporaryDirectory
    let target: TemporaryDirectory
    /// The state directory of `indexedCache`.
    let state: TemporaryDirectory
    /// The cache of a machine without a state directory.
    let cache: BuildCache
    /// The cache of a machine with the same store that keeps a stat index and verified packs in `state`.
    let indexedCache: BuildCache

    init(codec: Codec = .zstd) throws {
        source = try TemporaryDirectory()
        store = try TemporaryDirectory()
        target = try TemporaryDirectory()
        state = try TemporaryDirectory()
        cache = BuildCache(directory: store.path, codec: codec)
        indexedCache = BuildCache(
            directory: store.path,
            codec: codec,
            indexDirectory: state.path
        )
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

    /// Restores the entry of `key` with `cache` into a new directory.
    ///
    /// - Returns: The restored tree.
    func restoredTree(_ key: String?, by cache: BuildCache) async throws -> TreeSnapshot {
        let target = try TemporaryDirectory()
        _ = try await cache.restore(identity(key), into: target.path)
        return try TreeSnapshot(target.path)
    }

    /// Returns the first difference between the source and the target, or `nil`.
    func difference() throws -> String? {
        try TreeSnapshot(source.path).difference(from: TreeSnapshot(target.path))
    }

    /// Lists the files of the store whose path contains `part`.
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

    /// Returns all names in the target, temporary ones included.
    func targetNames() throws -> [String] {
        try target.handle.names().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes a manifest and the record of the key `k` that names it.
    ///
    /// - Parameters:
    ///   - bytes: The manifest as it is stored.
    ///   - codec: The codec that the record names.
    ///   - paths: The cache paths, relative to the target.
    ///   - base: The base that the record names.
    ///   - files: The number of files in the record.
    ///   - content: The bytes of the files in the record.
    ///   - stored: The stored bytes in the record.
    ///   - writer: The host that the record says has saved it.
    /// - Throws: An error if the store cannot be written.
    func plant(
        manifest bytes: [UInt8],
        _ codec: Codec,
        paths: [String] = ["tree/**/*"],
        base: ContentDigest? = nil,
        files: Int = Limits.entries,
        bytes content: UInt64 = Limits.content,
        stored: UInt64 = Limits.content,
        writer: String = "mallory"
    ) throws {
        let objects = DirectoryStore(store.path)
        let digest = ContentDigest(of: bytes)
        try objects.write(StoreLayout.manifest(digest, codec), bytes)
        var record = KeyRecord(
            scope: "project",
            key: "k",
            paths: PathSet(paths, root: PathBytes(target.path.string)).canonicalTexts,
            manifest: digest,
            codec: codec,
            saved: 1,
            files: files,
            bytes: content,
            stored: stored,
            writer: writer
        )
        record.base = base
        try objects.write(record.name, record.encode())
    }
}
