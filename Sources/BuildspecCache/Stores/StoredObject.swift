/// The facts about an object that a store gives without reading its bytes.
public struct ObjectInfo: Sendable, Equatable {
    /// The object's name.
    public var name: String
    /// The size in bytes.
    public var size: UInt64
    /// The time when the object was written or last touched, in seconds since 1970.
    public var modified: Int64
    /// A value that changes with every write, as far as the store can provide one; otherwise `nil`.
    public var tag: String?

    /// Whether the size is possible for this name; 0 is also the size of what is not a file.
    var isWhole: Bool { size > 0 && size <= ObjectName(name)?.limit ?? .max }

    /// Creates a description.
    public init(name: String, size: UInt64, modified: Int64, tag: String? = nil) {
        self.name = name
        self.size = size
        // A file system or server can report any time; the limits keep sums of times from
        // overflowing.
        self.modified = min(max(modified, -Limits.seconds), Limits.seconds)
        self.tag = tag
    }
}

/// The objects of a store, and the store's clock.
public struct ObjectListing: Sendable {
    /// The objects, in any order.
    public var objects: [ObjectInfo]
    /// The seconds by which the clock of the objects' times is ahead of this machine's; 0 if the
    /// clocks agree within a minute, or the store uses this machine's.
    public var clockDifference: Int64

    /// Creates a listing.
    public init(_ objects: [ObjectInfo], clockDifference: Int64 = 0) {
        self.objects = objects
        self.clockDifference = clockDifference
    }
}

/// An object's bytes, and their SHA-256 if the store has computed it while it received them.
public struct StoredObject: Sendable {
    /// The object's bytes.
    public let bytes: [UInt8]
    private let known: ContentDigest?

    /// Creates an object whose digest is computed when it is needed.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        known = nil
    }

    /// Creates an object from bytes that were hashed while they were received.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - sha256: The 32 bytes of their SHA-256; another length counts as not known.
    package init(_ bytes: [UInt8], sha256: [UInt8]?) {
        self.bytes = bytes
        known = sha256.flatMap { ContentDigest(bytes: $0) }
    }

    /// Creates an object from bytes with a known digest.
    init(_ bytes: [UInt8], digest: ContentDigest) {
        self.bytes = bytes
        known = digest
    }

    /// The SHA-256 of `bytes`.
    var digest: ContentDigest { known ?? ContentDigest(of: bytes) }
}
