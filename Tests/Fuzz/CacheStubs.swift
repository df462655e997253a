// What the readers of the cache name and the fuzzer has no use for.

struct StoreError: Error {
    enum Code { case outOfReach, unavailable, tooLarge, noFile, inTheWay }
    static let byHand = "remove it by hand"
    var code: Code
    var description: String
}

struct CacheSettings {
    struct Store { var location: String }
    var store: Store
    var indexDirectory: PathBytes?
}

protocol CacheStore {
    func list(prefix: String) async throws(StoreError) -> [ObjectInfo]
}

struct ObjectInfo { var name: String }

/// There are no links.
enum Machine {
    static func settled(_ path: PathBytes) -> PathBytes { path }
    static func absolute(_ path: PathBytes) throws(FileError) -> PathBytes { path }
}
