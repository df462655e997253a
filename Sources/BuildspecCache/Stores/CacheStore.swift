public import SystemPackage

/// Named objects: the one thing the cache engine knows of where it keeps them.
///
/// Names are relative paths of `[A-Za-z0-9._~%+-]` and single slashes. A store keeps bytes and never looks
/// into them; what is read is verified above it.
///
/// ## Implementation guidance
/// - A write is seen whole or not at all, and replaces what was there.
/// - Every call may be repeated and may run beside any other.
/// - A store does not retry; that is done above it.
public protocol CacheStore: Sendable {
    /// Where the objects are, for messages.
    var location: String { get }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - name: the object.
    ///   - limit: the largest size in bytes that is believed; a larger object is an error.
    /// - Returns: its bytes, or `nil` if there is none.
    /// - Throws: when the store cannot tell, or the object is larger than `limit`.
    func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]?

    /// Reads an object and its digest; a store that sees the bytes come need not go over them twice.
    ///
    /// - Parameters and errors: as of `read`.
    /// - Returns: its bytes with their digest, or `nil` if there is none.
    func readHashed(_ name: String, limit: UInt64) async throws(StoreError) -> HashedObject?

    /// Writes an object.
    func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError)

    /// Writes an object unless there is one of that name.
    ///
    /// Of several calls at the same time one should write it: so the first save of a key wins.
    ///
    /// - Returns: whether it was written. A store that cannot tell writes it: nothing worse may come of
    ///   that than work done twice, and the last save of a key in place of the first.
    func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool

    /// Looks at an object: its size and age, or `nil` if there is none.
    func info(_ name: String) async throws(StoreError) -> ObjectInfo?

    /// Lists the objects whose names begin with `prefix`, in any order.
    func list(prefix: String) async throws(StoreError) -> [ObjectInfo]

    /// Whether everything that a key record refers to is where all who read the record find it.
    ///
    /// Entries are written in that order and removed in the opposite one, so it is true but for
    /// records that wait to be sent on.
    func isShared(_ record: String) -> Bool

    /// How many seconds the clock that gives objects their age is ahead of this machine's, as far as
    /// the store has told in what it was asked; 0 if the two agree within a minute.
    func clockDifference() async -> Int64

    /// What the user should know and was not told yet, a line each.
    func takeNotes() -> [String]

    /// Removes an object; one that is not there is no error.
    ///
    /// - Parameter name: a name that this program gives; no other is ever removed.
    /// - Throws: when the store cannot be asked.
    func delete(_ name: ObjectName) async throws(StoreError)

    /// Removes an object if it is still the one that was seen, as far as the store can tell.
    ///
    /// - Parameter seen: what a look or a listing said of it.
    /// - Returns: whether it is gone; not if it was written again since, or its name is not one that
    ///   this program gives.
    /// - Throws: when the store cannot be asked.
    func delete(ifStill seen: ObjectInfo) async throws(StoreError) -> Bool
}

extension CacheStore {
    /// Reads, and then hashes.
    public func readHashed(
        _ name: String,
        limit: UInt64
    ) async throws(StoreError) -> HashedObject? {
        guard let bytes = try await read(name, limit: limit) else { return nil }
        return HashedObject(bytes)
    }

    /// Every record is.
    public func isShared(_ record: String) -> Bool { true }

    /// The clock is this machine's.
    public func clockDifference() async -> Int64 { 0 }

    /// Nothing.
    public func takeNotes() -> [String] { [] }

    /// Looks, and then removes.
    public func delete(ifStill seen: ObjectInfo) async throws(StoreError) -> Bool {
        guard let name = ObjectName(seen.name) else { return false }
        guard let info = try await info(seen.name) else { return true }
        guard info == seen else { return false }
        try await delete(name)
        return true
    }

    /// Looks, and then writes.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await info(name) != nil { return false }
        try await write(name, bytes)
        return true
    }
}

/// What a store tells of an object without reading it.
public struct ObjectInfo: Sendable, Equatable {
    /// The object's name.
    public var name: String
    /// Its size in bytes.
    public var size: UInt64
    /// When it was written or last refreshed, in seconds since 1970.
    public var modified: Int64
    /// What is another one after every write, as far as the store can tell; `nil` if it cannot.
    public var tag: String?

    /// Whether it can be what its name says: nothing that is kept is empty, as what is no file counts,
    /// or larger than a reader believes.
    var isWhole: Bool { size > 0 && size <= ObjectName(name)?.limit ?? .max }

    /// Creates a description.
    public init(name: String, size: UInt64, modified: Int64, tag: String? = nil) {
        self.name = name
        self.size = size
        // Ages are worked out with it, and a file system or server can say anything.
        self.modified = min(max(modified, -Limits.seconds), Limits.seconds)
        self.tag = tag
    }
}

/// A store on this machine, which can be told more than a remote one.
public protocol LocalCacheStore: CacheStore {
    /// The directory it keeps its objects in; a save never takes it for content.
    var directory: FilePath { get }

    /// Begins an object whose name is known when all of it is written.
    ///
    /// - Returns: the object so far, or `nil` if the store wants its objects whole.
    func draft() throws(StoreError) -> (any ObjectUpload)?

    /// Makes an object young again, so that pruning beside a running save leaves it alone.
    func refresh(_ name: String) throws(StoreError)

    /// Removes what writers that were killed have left, and nothing that a running one still needs.
    ///
    /// - Parameter dryRun: whether to count only.
    /// - Returns: how many files that are, or would be.
    /// - Throws: when the store cannot be read.
    func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int
}

extension LocalCacheStore {
    /// Objects are given whole.
    public func draft() throws(StoreError) -> (any ObjectUpload)? { nil }

    /// A store that leaves nothing behind has nothing to remove.
    public func removeLeftovers(dryRun: Bool) throws(StoreError) -> Int { 0 }
}

/// An object that comes in parts; nobody finds it before it has its name, and it is gone with its last
/// reference if it gets none.
public protocol ObjectUpload: Sendable {
    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws(StoreError)

    /// Gives it its name, in place of an object that has it; called once, at the end.
    func place(at name: String) throws(StoreError)
}

/// A store that cannot do what it was asked.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers decide by.
    public enum Code: Sendable {
        /// The store refuses access.
        case denied
        /// There is no room left.
        case full
        /// An object is larger than its reader believes.
        case tooLarge
        /// The directory is somebody's and no store.
        case noStore
        /// A pipe, a directory or a link is where an object should be.
        case noFile
        /// A directory that has something in it is there; only people can remove it.
        case inTheWay
        /// The object is in a shared store that was given up.
        case outOfReach
        /// Anything else.
        case unavailable
    }

    /// How the text of `inTheWay` ends.
    static let byHand = "remove it by hand"

    /// The reason, for a decision.
    public var code: Code
    /// One line that says what was tried and why it did not work.
    public var description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
