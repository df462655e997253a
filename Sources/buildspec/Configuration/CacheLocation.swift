internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// The location of a store: a directory or a bucket.
enum CacheLocation {
    case directory(FilePath)
    case bucket(S3Location)

    /// Parses the value of `--cache` or `--remote`: a directory or a bucket's address.
    init(_ text: String, of option: String) throws {
        guard !text.isEmpty else {
            throw ValidationError("\(option): the directory's name is empty")
        }
        if S3Location.isAddress(text) {
            do {
                self = .bucket(try S3Location(text))
            } catch {
                throw ValidationError("\(option): \(error)")
            }
        } else if S3Location.isForeignAddress(text) {
            throw ValidationError(
                "\(option): '\(text)' is neither a directory nor the address of a bucket, such as "
                    + "'s3://bucket/prefix'"
            )
        } else if let problem = StorePathText.problem(in: text, of: option) {
            throw ValidationError(problem)
        } else {
            self = .directory(Host.currentDirectory().pushing(FilePath(text)))
        }
    }
}

/// The stores that the options name: a first store and an optional shared store.
struct CacheLocations {
    private let local: CacheLocation
    private let shared: CacheLocation?
    private let options: StoreOptions

    /// Resolves the stores from the options, or from the variables that replace the options.
    ///
    /// `remote` replaces the option `--remote`; `nil` is `$BUILDSPEC_REMOTE`, and `none` no shared
    /// store. Throws a usage error for an invalid location, and for no cache.
    init(_ options: StoreOptions, remote: String?, _ config: ConfigFile) throws {
        self.options = options
        let cache = options.cache
        func variable(_ name: String) -> String? {
            config.environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let localText = cache ?? variable("BUILDSPEC_CACHE")
        guard localText != "none" else {
            throw ValidationError(
                "a cache command needs a store; 'none' is only for 'buildspec run'"
            )
        }
        local =
            try localText.map {
                try CacheLocation($0, of: cache == nil ? "BUILDSPEC_CACHE" : "--cache")
            }
            ?? .directory(StandardDirectories(config.environment).cache)
        var sharedText = remote ?? variable("BUILDSPEC_REMOTE")
        // A bucket in --cache is used alone; the variable names the shared store of a directory.
        if case .bucket = local, remote == nil { sharedText = nil }
        if sharedText == "none" { sharedText = nil }
        shared = try sharedText.map {
            try CacheLocation($0, of: remote == nil ? "BUILDSPEC_REMOTE" : "--remote")
        }
        if shared != nil, case .bucket = local {
            throw ValidationError("--remote needs a directory in --cache, which is the local store")
        }
    }

    /// Makes the cache of the stores, with this machine's stat index, before any store is opened.
    func open(codec: Codec = .zstd, _ config: ConfigFile) -> BuildCache {
        let state = StandardDirectories(config.environment).state
        return BuildCache(
            stores: stores(config),
            codec: codec,
            indexDirectory: BuildRequest.fileIndex(in: state)
        ).excluding([state])
    }

    private func stores(_ config: ConfigFile) -> CacheStores {
        let path: FilePath
        switch local {
        case .bucket(let location): return CacheStores(shared: bucket(location, config))
        case .directory(let directory): path = directory
        }
        // The standard directory belongs to this program by its name.
        let isStandard = path == StandardDirectories(config.environment).cache
        var sharedDirectory: DirectoryStore?
        if case .directory(let path) = shared {
            sharedDirectory = DirectoryStore(
                path,
                takesAnyDirectory: options.initStore,
                isShared: options.sharedStore
            )
        }
        let directory = DirectoryStore(
            path,
            takesAnyDirectory: options.initStore || isStandard,
            isShared: options.sharedStore && sharedDirectory == nil
        )
        if let sharedDirectory { return CacheStores(local: directory, shared: sharedDirectory) }
        guard case .bucket(let location) = shared else { return CacheStores(local: directory) }
        return CacheStores(local: directory, shared: bucket(location, config))
    }

    /// Makes the store in a bucket, before it is opened.
    private func bucket(_ location: S3Location, _ config: ConfigFile) -> S3Store {
        S3Store(
            config.resolved(location),
            environment: config.environment(for: location),
            timeout: config.bucketTimeout
        )
    }
}
