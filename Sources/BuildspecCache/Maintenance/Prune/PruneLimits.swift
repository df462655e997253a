/// The limits that a prune enforces.
public struct PruneLimits: Sendable, Equatable {
    /// Entries that were not used for longer than this many seconds are deleted; `nil` keeps
    /// entries of any age.
    public var maximumAge: Int64?
    /// The least recently used entries are deleted until the others need at most this many bytes.
    public var maximumSize: UInt64?
    /// At most this many entries of each scope stay, the most recently used ones.
    public var maximumCount: Int?
    /// The only scope whose entries are deleted; `nil` is any.
    public var scope: String?
    /// Whether `maximumSize` applies to each scope by itself and not to the whole store.
    public var isSizePerScope: Bool
    /// Objects younger than this many seconds stay, because a save may be about to refer to them.
    ///
    /// `nil` is an hour for a store on this machine and a day for a shared one.
    public var gracePeriod: Int64?

    /// The shortest grace period of a shared store while saves may be running; it is longer than a
    /// save.
    public static let shortestSharedGrace: Int64 = 3_600
    static let localGracePeriod: Int64 = 3_600
    static let sharedGracePeriod: Int64 = 86_400

    /// Creates limits.
    public init(
        maximumAge: Int64? = nil,
        maximumSize: UInt64? = nil,
        maximumCount: Int? = nil,
        scope: String? = nil,
        isSizePerScope: Bool = false,
        gracePeriod: Int64? = nil
    ) {
        self.maximumAge = maximumAge
        self.maximumSize = maximumSize
        self.maximumCount = maximumCount
        self.scope = scope
        self.isSizePerScope = isSizePerScope
        self.gracePeriod = gracePeriod
    }
}
