/// The name of an object, exactly as this program writes it.
///
/// This program never deletes a file or object with another name from a directory or bucket.
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

    /// Parses a name in a store; fails unless every byte is as this program writes it.
    public init?(_ text: String) {
        guard let kind = StoreLayout.kind(of: text) else { return nil }
        self.text = text
        self.kind = kind
    }

    /// The digest and codec of the object's bytes; `nil` if the name does not give them.
    var content: (digest: ContentDigest, codec: Codec)? {
        switch kind {
        case .pack(let digest, let codec), .manifest(let digest, let codec): (digest, codec)
        case .record, .sweepList: nil
        }
    }

    /// The largest size in bytes that a reader accepts.
    var limit: UInt64 {
        switch kind {
        case .pack: Limits.packStored
        case .manifest: Limits.manifestStored
        case .record: Limits.record
        case .sweepList: Limits.sweep
        }
    }

    /// The SHA-256 of the object's bytes; `nil` if the name does not give it.
    package var promisedSHA256: [UInt8]? { content?.digest.bytes }
}
