internal import BuildspecFiles
public import SystemPackage

/// What a cache entry is filed under.
///
/// An entry's identity is its scope, its key and its path set; a change of any of them is another
/// entry. Source: CodeBuild user guide, "Cache builds in Amazon S3".
public struct CacheIdentity: Sendable, Equatable {
    /// Whose cache this is: the project's name, or a name that several projects share.
    public var scope: String
    /// Scopes that are read behind the own one, in this order, and never written.
    public var readScopes: [String]
    /// The exact key; `nil` is the scope's one entry, which every save replaces.
    public var key: String?
    /// Prefixes tried in order, newest entry first, when the key has no entry.
    public var fallbackKeys: [String]
    /// The declared paths: globs, relative to the root or absolute, variables expanded.
    public var paths: [String]
    /// What the key was made of; kept with the entry, so that a later miss can be explained.
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

    /// An empty key would be one entry that every build takes for its own.
    ///
    /// - Throws: `CacheError` for an empty key.
    func checkKey() throws(CacheError) {
        if key?.allSatisfy(\.isWhitespace) ?? false {
            throw CacheError(.request, "the key is empty")
        }
    }
}

/// The cache engine: declared paths of a tree on one side, named objects in a store on the other.
///
/// An entry is saved as packs of file contents, a manifest that lists the tree, and a key record
/// that binds a key to the manifest. `docs/cache-format.md` describes them byte by byte.
public struct BuildCache: Sendable {
    private(set) var settings: CacheSettings

    /// How large and old the part of the store on this machine may become; `nil` is no limit.
    public var limits: StoreLimits?

    /// Creates a cache over a store.
    ///
    /// - Parameters:
    ///   - store: where the objects are.
    ///   - codec: how new objects are compressed; reading takes every codec.
    ///   - indexDirectory: where this machine remembers what saved and restored files look like, so
    ///     that a save reads only those that changed; `nil` reads them all.
    public init(
        store: any CacheStore,
        codec: Codec = .zstd,
        indexDirectory: FilePath? = nil
    ) {
        settings = CacheSettings(
            store: store,
            top: PathBytes("/"),
            codec: codec,
            width: max(2, Machine.cores) + 1,
            indexDirectory: indexDirectory.map { PathBytes($0.string) },
            writer: Machine.hostName
        )
    }

    /// Creates a cache over a directory, which need not exist yet.
    ///
    /// - Parameters:
    ///   - directory: the directory of the store.
    ///   - codec: how new objects are compressed; reading takes every codec.
    ///   - indexDirectory: see the other initializer.
    public init(
        directory: FilePath,
        codec: Codec = .zstd,
        indexDirectory: FilePath? = nil
    ) {
        self.init(
            store: DirectoryStore(directory),
            codec: codec,
            indexDirectory: indexDirectory
        )
    }

    /// The same cache for a machine whose files are seen through a directory.
    ///
    /// - Parameter top: the directory that stands for `/`: where absolute paths begin.
    /// - Returns: a cache whose entries have the names that the machine itself knows.
    public func seen(through top: FilePath) -> BuildCache {
        var cache = self
        cache.settings.top = PathBytes(top.string)
        return cache
    }

    /// The same cache, which also leaves alone what the program writes outside of its stores.
    ///
    /// - Parameter places: files and directories: none of it is saved, and no restore changes it.
    /// - Returns: the cache.
    public func leavingAlone(_ places: [FilePath]) -> BuildCache {
        changed { settings in
            settings.ownPlaces += places.map { Machine.settled(PathBytes($0.string)) }
        }
    }

    /// The same cache with some of its settings changed.
    func changed(_ change: (inout CacheSettings) -> Void) -> BuildCache {
        var cache = self
        change(&cache.settings)
        return cache
    }

    /// Where the store is, for messages.
    public var location: String { settings.store.location }

    /// The directories of the store and of the shared one behind it; none for those in buckets.
    package var storeDirectories: [FilePath] { settings.storeDirectories }

    /// Restores the entry that `identity` finds into `root`.
    ///
    /// A miss is a result, not an error. Anything damaged is a miss with a note, and the tree is
    /// left as it was.
    ///
    /// - Parameters:
    ///   - identity: what to look for.
    ///   - root: the directory that relative paths start from.
    ///   - verify: whether files that look unchanged are read to prove it.
    ///   - sources: the files that get the times of the save back where they are what they were;
    ///     `nil` leaves all times alone. See `docs/retime.md`.
    ///   - checkout: finds out which files come from the checkout; the restore leaves them alone.
    ///   - owner: whose the files are that it makes; `nil` is this process's user. Only root can name
    ///     another one. What is there already keeps its owner.
    /// - Returns: what was done.
    /// - Throws: `CacheError` when the store or the tree cannot be used at all, or the key is empty,
    ///   `CancellationError` when the task was cancelled; the tree is as it was then.
    public func restore(
        _ identity: CacheIdentity,
        into root: FilePath,
        verify: Bool = false,
        retiming sources: SourceFiles? = nil,
        leavingOut checkout: Checkout.Finder = Checkout.unknown,
        ownedBy owner: TreeOwner? = nil
    ) async throws -> RestoreReport {
        let root = try Machine.absolute(root)
        try identity.checkKey()
        var operation = RestoreOperation(
            settings,
            identity.settled(at: root, settings.top),
            root: root,
            verify: verify,
            checkout: checkout
        )
        operation.sources = sources
        operation.owner = owner
        return try await onBlockingThreads { [operation] in
            var report = try await operation.run()
            report.sharedStoreFailure = (settings.store as? TieredStore)?.failure
            return report
        }
    }

    /// Saves what `identity` declares, found under `root`.
    ///
    /// - Parameters:
    ///   - identity: what to file it under; its `fallbackKeys` are not used.
    ///   - root: the directory that relative paths start from.
    ///   - sources: the files whose contents and times are recorded, for a restore to give them
    ///     back; `nil` records none.
    ///   - checkout: finds out which files come from the checkout; the entry is made without them.
    /// - Returns: what was done.
    /// - Throws: `CacheError` when the tree cannot be read, the store cannot be written, or the key is
    ///   empty,
    ///   `CancellationError` when the task was cancelled; there is no entry then.
    public func save(
        _ identity: CacheIdentity,
        from root: FilePath,
        retiming sources: SourceFiles? = nil,
        leavingOut checkout: Checkout.Finder = Checkout.unknown
    ) async throws -> SaveReport {
        try identity.checkKey()
        if let reason = reasonNotToSave(in: identity.scope) {
            return SaveReport(outcome: .notAllowed(reason))
        }
        let root = try Machine.absolute(root)
        let identity = identity.settled(at: root, settings.top)
        return try await onBlockingThreads {
            let paths = PathSet(identity.paths, root: root).canonicalTexts
            let record = StoreLayout.record(
                scope: identity.scope,
                key: identity.key,
                version: KeyRecord.version(ofPaths: paths)
            )
            let report = try await settings.sendingBehind { settings in
                var operation = SaveOperation(
                    settings,
                    identity,
                    root: root,
                    checkout: checkout
                )
                operation.sources = sources
                return try await operation.run()
            }
            return await lookAfterStore(report, record: record)
        }
    }

    /// Runs work that waits for files away from the cooperative threads.
    ///
    /// - Throws: `CacheError`, or `CancellationError` when the task was cancelled, whatever the work
    ///   made of that.
    func onBlockingThreads<Value: Sendable>(
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await withTaskExecutorPreference(BlockingExecutor.shared) {
                try await work()
            }
        } catch _ where Task.isCancelled {
            throw CancellationError()
        } catch let error as FileError {
            throw CacheError(.tree, error.description)
        } catch let error as StoreError {
            throw CacheError(error)
        }
    }
}
