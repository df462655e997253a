internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// Where a cache is kept: a directory, or a bucket.
enum CachePlace {
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
        } else {
            self = .directory(Host.currentDirectory().pushing(FilePath(text)))
        }
    }

    /// The store there; nothing is opened or sent yet.
    ///
    /// - Parameter environment: the variables that configure AWS's tools.
    /// - Returns: the store.
    func store(_ environment: [String: String]) -> any CacheStore {
        switch self {
        case .directory(let path): DirectoryStore(path)
        case .bucket(let location): S3Store(location, environment: environment)
        }
    }
}

/// The stores that the options name, as one.
struct CachePlaces {
    private let near: CachePlace
    private let far: CachePlace?

    /// Reads `--cache` and `--remote`.
    ///
    /// - Parameters:
    ///   - cache: what `--cache` says; `nil` is the standard directory.
    ///   - remote: what `--remote` says; `nil` is no second store.
    ///   - environment: the variables that say where the standard directory is.
    /// - Throws: a usage error for an impossible place.
    init(cache: String?, remote: String?, _ environment: [String: String]) throws {
        near =
            try cache.map { try CachePlace($0, of: "--cache") }
            ?? .directory(StandardDirectories(environment).cache)
        far = try remote.map { try CachePlace($0, of: "--remote") }
        if far != nil, case .bucket = near {
            throw ValidationError("--remote needs a directory in --cache, which it is put behind")
        }
    }

    /// The cache there, with what this machine remembers of files.
    ///
    /// - Parameters:
    ///   - codec: how new objects are compressed.
    ///   - environment: the variables that configure AWS's tools.
    /// - Returns: the cache; nothing is opened or sent yet.
    func open(codec: Codec = .zstd, _ environment: [String: String]) -> BuildCache {
        let state = StandardDirectories(environment).state
        return BuildCache(
            store: store(environment),
            codec: codec,
            indexDirectory: BuildRequest.fileIndex(in: state)
        )
    }

    private func store(_ environment: [String: String]) -> any CacheStore {
        guard let far, case .directory(let path) = near else { return near.store(environment) }
        return TieredStore(near: DirectoryStore(path), far: far.store(environment))
    }
}
