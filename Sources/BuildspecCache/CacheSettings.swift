/// What every operation of a cache needs to know.
struct CacheSettings: Sendable {
    var store: any CacheStore
    /// The codec of new objects.
    var codec: Codec
    /// How many batches, packs or fetches are under way at once.
    var width: Int
    /// Who writes, for the key record.
    var writer: String
}
