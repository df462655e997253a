internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// Where a cache is kept: a directory, or a bucket.
enum CacheLocation {
    case directory(FilePath)
    case bucket(S3Location)

    /// Reads what `--cache` or `--remote` says.
    ///
    /// - Parameters:
    ///   - text: a directory or an address such as `s3://bucket/prefix`.
    ///   - option: the option's name, for errors.
    /// - Throws: a usage error for an impossible address.
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
                "\(option): '\(text)' is no directory and no address of a bucket, which looks like "
                    + "'s3://bucket/prefix'"
            )
        } else if let oddity = StorePathText.oddity(in: text, of: option) {
            throw ValidationError(oddity)
        } else {
            self = .directory(Host.currentDirectory().pushing(FilePath(text)))
        }
    }

    /// The store there; nothing is opened or sent yet.
    ///
    /// - Parameters:
    ///   - config: what configures buckets.
    ///   - isTaken: whether a directory is taken whatever is in it.
    ///   - isShared: whether a directory that becomes a store is for its whole group.
    /// - Returns: the store.
    func store(_ config: ConfigFile, isTaken: Bool, isShared: Bool) -> any CacheStore {
        switch self {
        case .directory(let path):
            DirectoryStore(path, takesAnyDirectory: isTaken, isShared: isShared)
        case .bucket(let location):
            S3Store(
                config.located(location),
                environment: config.environment(for: location),
                patience: config.patience
            )
        }
    }
}

/// The stores that the options name, as one.
struct CacheLocations {
    private let near: CacheLocation
    private let far: CacheLocation?
    private let new: NewStoreOptions

    /// Reads `--cache` and `--remote`, and the variables that stand for them.
    ///
    /// - Parameters:
    ///   - cache: what `--cache` says; `nil` is `$BUILDSPEC_CACHE` or the standard directory.
    ///   - remote: what `--remote` says; `nil` is `$BUILDSPEC_REMOTE`, and `none` no second store.
    ///   - config: the variables and the user's file.
    ///   - new: how a directory becomes a store.
    /// - Throws: a usage error for an impossible place, and for no cache at all.
    init(
        cache: String?,
        remote: String?,
        _ config: ConfigFile,
        _ new: NewStoreOptions
    ) throws {
        self.new = new
        func variable(_ name: String) -> String? {
            config.environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let place = cache ?? variable("BUILDSPEC_CACHE")
        guard place != "none" else {
            throw ValidationError(
                "a cache command needs a store; 'none' is only for 'buildspec run'"
            )
        }
        near =
            try place.map {
                try CacheLocation($0, of: cache == nil ? "BUILDSPEC_CACHE" : "--cache")
            }
            ?? .directory(StandardDirectories(config.environment).cache)
        var behind = remote ?? variable("BUILDSPEC_REMOTE")
        // A bucket that is named is used alone, whatever is behind directories otherwise.
        if case .bucket = near, remote == nil { behind = nil }
        if behind == "none" { behind = nil }
        far = try behind.map {
            try CacheLocation($0, of: remote == nil ? "BUILDSPEC_REMOTE" : "--remote")
        }
        if far != nil, case .bucket = near {
            throw ValidationError("--remote needs a directory in --cache, which it is put behind")
        }
    }

    /// The cache there, with what this machine remembers of files.
    ///
    /// - Parameters:
    ///   - codec: how new objects are compressed.
    ///   - config: the variables and the user's file.
    /// - Returns: the cache; nothing is opened or sent yet.
    func open(codec: Codec = .zstd, _ config: ConfigFile) -> BuildCache {
        let state = StandardDirectories(config.environment).state
        return BuildCache(
            store: store(config),
            codec: codec,
            indexDirectory: BuildRequest.fileIndex(in: state)
        ).excluding([state])
    }

    private func store(_ config: ConfigFile) -> any CacheStore {
        guard case .directory(let path) = near else {
            return near.store(config, isTaken: false, isShared: false)
        }
        // The standard directory is this program's by its name.
        let isStandard = path == StandardDirectories(config.environment).cache
        var isFarDirectory = false
        if case .directory = far { isFarDirectory = true }
        let directory = DirectoryStore(
            path,
            takesAnyDirectory: new.initStore || isStandard,
            isShared: new.sharedStore && !isFarDirectory
        )
        guard let far else { return directory }
        let shared = far.store(config, isTaken: new.initStore, isShared: new.sharedStore)
        return TieredStore(local: directory, shared: shared)
    }
}
