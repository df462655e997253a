internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecCache
internal import BuildspecRunner
internal import SystemPackage

/// Where a cache is kept: a directory, or a bucket.
enum CachePlace {
    case directory(FilePath)
    case bucket(S3Location)

    /// Reads what `--cache` says.
    ///
    /// - Parameters:
    ///   - text: a directory or an address such as `s3://bucket/prefix`; `nil` is the standard one.
    ///   - environment: the variables that say where the standard one is.
    /// - Throws: a usage error for an impossible address.
    init(_ text: String?, _ environment: [String: String]) throws {
        guard let text else {
            self = .directory(StandardDirectories(environment).cache)
            return
        }
        guard !text.isEmpty else { throw ValidationError("--cache: the directory's name is empty") }
        if S3Location.isAddress(text) {
            do {
                self = .bucket(try S3Location(text))
            } catch {
                throw ValidationError("--cache: \(error)")
            }
        } else {
            self = .directory(Host.currentDirectory().pushing(FilePath(text)))
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
        switch self {
        case .directory(let path): DirectoryStore(path)
        case .bucket(let location): S3Store(location, environment: environment)
        }
    }
}
