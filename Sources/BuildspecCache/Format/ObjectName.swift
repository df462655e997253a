/// The name of an object, exactly as this program gives it.
///
/// Only what has such a name is ever listed for work or removed from a store: whatever else lies in the
/// directory or bucket is not this program's.
public struct ObjectName: Sendable, Hashable {
    /// The name's text.
    public let text: String

    let kind: Kind

    enum Kind: Sendable, Hashable {
        case pack(ContentDigest, Codec)
        case manifest(ContentDigest, Codec)
        case record
        case sweepList
    }

    /// Takes a name apart; fails unless it is, byte by byte, one that this program gives.
    ///
    /// - Parameter text: a name in a store.
    public init?(_ text: String) {
        guard let kind = StoreLayout.kind(of: text) else { return nil }
        self.text = text
        self.kind = kind
    }

    /// The digest of the object's bytes and how they are encoded; `nil` if the name promises neither.
    var content: (digest: ContentDigest, codec: Codec)? {
        switch kind {
        case .pack(let digest, let codec), .manifest(let digest, let codec): (digest, codec)
        case .record, .sweepList: nil
        }
    }

    /// The largest size in bytes that a reader believes.
    var limit: UInt64 {
        switch kind {
        case .pack: Limits.packStored
        case .manifest: Limits.manifestStored
        case .record: Limits.record
        case .sweepList: Limits.sweep
        }
    }

    /// The SHA-256 of the object's bytes, as the name promises it; `nil` if it promises none.
    package var promisedSHA256: [UInt8]? { content?.digest.bytes }
}

extension CacheStore {
    /// Lists the objects whose names begin with `prefix` and are of this program.
    func listOwn(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        try await list(prefix: prefix).filter { ObjectName($0.name) != nil }
    }
}
