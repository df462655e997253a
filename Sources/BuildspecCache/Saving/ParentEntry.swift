/// The entry whose blobs a save can use again.
struct ParentEntry: Sendable {
    /// The digest of the manifest's stored bytes.
    var digest: ContentDigest
    var codec: Codec
    /// The digest of the manifest's base, if the manifest is stored as a delta.
    var base: ContentDigest?
    /// The whole text of the base, or of the manifest if it is stored whole.
    var baseText: [UInt8]
    /// The digest of the record of source times.
    var sources: ContentDigest?
    var manifest: Manifest
    /// The indices of the manifest's packs that can be used again.
    var packs: Set<Int>
    /// Whether the manifest is in the shared store.
    var isShared = true
    /// The entry's name in messages.
    var title = ""
    /// The notes on the entry.
    var notes: [String] = []
}
