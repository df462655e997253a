internal import BuildspecFiles
public import SystemPackage

/// The cache engine: it stores the declared paths of a tree as named objects of a store.
///
/// A saved entry consists of packs with file contents, a manifest that lists the tree, and a key
/// record that binds a key to the manifest. `docs/cache-format.md` describes their bytes.
public struct BuildCache: Sendable {
    private(set) var settings: CacheSettings

    /// The largest size and age of the local store; `nil` sets no limit.
    public var limits: StoreLimits?

    /// Creates a cache.
    ///
    /// - Parameters:
    ///   - stores: The stores of the objects.
    ///   - codec: The compression of new objects; every codec can be read.
    ///   - indexDirectory: The directory in which this machine records how saved and restored files
    ///     look, so that a save reads only changed files; `nil` reads all files.
    public init(stores: CacheStores, codec: Codec = .zstd, indexDirectory: FilePath? = nil) {
        settings = CacheSettings(
            stores: stores,
            fileSystemRoot: PathBytes("/"),
            codec: codec,
            width: max(2, Machine.cores) + 1,
            indexDirectory: indexDirectory.map { PathBytes($0.string) },
            writer: Machine.hostName
        )
    }

    /// Creates a cache that uses a directory, which need not exist yet, as its store.
    ///
    /// The other initializer describes the other parameters.
    public init(directory: FilePath, codec: Codec = .zstd, indexDirectory: FilePath? = nil) {
        let stores = CacheStores(local: DirectoryStore(directory))
        self.init(stores: stores, codec: codec, indexDirectory: indexDirectory)
    }

    /// Returns a copy for a machine, such as a container, whose files are below a directory.
    ///
    /// The directory stands for `/` of absolute paths; entries have the paths of that machine.
    public func withFileSystemRoot(_ directory: FilePath) -> BuildCache {
        changed { $0.fileSystemRoot = PathBytes(directory.string) }
    }

    /// Returns a copy that never saves or changes the given files and directories, such as those
    /// that the program writes for itself, beyond those of its stores.
    public func excluding(_ paths: [FilePath]) -> BuildCache {
        changed { settings in
            settings.programPaths += paths.map { Machine.resolved(PathBytes($0.string)) }
        }
    }

    /// Returns a copy with changed settings.
    func changed(_ change: (inout CacheSettings) -> Void) -> BuildCache {
        var cache = self
        change(&cache.settings)
        return cache
    }

    /// The location of the store, for messages.
    public var location: String { settings.stores.location }

    /// The directories of the local store and of a shared store; buckets have none.
    package var storeDirectories: [FilePath] { settings.stores.directories }

    /// Restores the entry that `identity` finds into `root`.
    ///
    /// A miss is a result, not an error. A damaged entry is a miss with a note, and the tree stays
    /// unchanged.
    ///
    /// - Parameters:
    ///   - identity: The scope, key and paths to look for.
    ///   - root: The directory that relative paths start from.
    ///   - verify: Whether files that look unchanged are read and compared too.
    ///   - sources: The source files whose recorded times are restored if their contents are the
    ///     recorded ones; `nil` changes no times. See `docs/retime.md`.
    ///   - checkout: The search for files of the checkout; a restore does not change them.
    ///   - owner: The owner of new files; `nil` is this process's user. Only root can set another
    ///     owner. Existing files keep their owner.
    /// - Returns: A report of the restore.
    /// - Throws: `CacheError` when the store or the tree cannot be used at all, or the key is empty;
    ///   `CancellationError` when the task was cancelled. The tree is unchanged then.
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
        let operation = RestoreOperation(
            settings: settings,
            identity: identity.resolved(at: root, settings.fileSystemRoot),
            root: root,
            verify: verify,
            checkout: checkout,
            sources: sources,
            owner: owner
        )
        return try await onBlockingThreads {
            var report = try await operation.run()
            report.sharedStoreFailure = settings.stores.pair?.failure
            return report
        }
    }

    /// Changes the owner of restored files; paths that do not exist any more are left out.
    package func setOwner(
        of report: RestoreReport,
        to owner: TreeOwner,
        in root: FilePath
    ) throws {
        let root = try Machine.absolute(root)
        let roots = try TreeRoots(root: root, fileSystemRoot: settings.fileSystemRoot)
        var cursor = TreeCursor(roots)
        for path in report.newPaths {
            guard let (directory, name) = try? cursor.parent(of: PathBytes(path)) else { continue }
            try directory.setOwnerOfTree(name, user: owner.user, group: owner.group)
        }
    }

    /// Saves the declared paths of `identity`, found under `root`, as an entry.
    ///
    /// - Parameters:
    ///   - identity: The scope, key and paths of the entry; its `fallbackKeys` are not used.
    ///   - root: The directory that relative paths start from.
    ///   - sources: The source files whose contents and times are recorded, so that a restore can
    ///     restore their times; `nil` records none.
    ///   - checkout: The search for files of the checkout; the entry does not contain them.
    /// - Returns: A report of the save.
    /// - Throws: `CacheError` when the tree cannot be read, the store cannot be written, or the key
    ///   is empty; `CancellationError` when the task was cancelled. No entry is written then.
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
        let identity = identity.resolved(at: root, settings.fileSystemRoot)
        return try await onBlockingThreads {
            let record = identity.recordName(PathSet(identity.paths, root: root))
            let report = try await settings.sendingInBackground { settings in
                try await SaveOperation(
                    settings: settings,
                    identity: identity,
                    root: root,
                    checkout: checkout,
                    sources: sources,
                    writer: settings.objectWriter()
                ).run()
            }
            return await enforceLimits(report, record: record)
        }
    }

    /// Runs work that waits for files on threads of its own, not on the cooperative threads.
    ///
    /// - Throws: `CacheError`, or `CancellationError` in place of any error in a cancelled task.
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
