/// A store of named objects, the only view that the cache engine has of its storage.
///
/// A name is a relative path of `[A-Za-z0-9._~%+-]` and single slashes. A store keeps bytes and
/// does not interpret them; readers verify what they read.
///
/// ## Implementation guidance
/// - A write becomes visible as a whole or not at all, and replaces an object of the same name.
/// - Every call may be repeated, and may run while any other call runs.
/// - A store does not retry; its callers do.
public protocol CacheStore: Sendable {
    /// The location of the objects, for messages.
    var location: String { get }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - name: The name of the object.
    ///   - limit: The largest accepted size in bytes; a larger object is an error.
    /// - Returns: The object's bytes, or `nil` if it does not exist.
    /// - Throws: When the store cannot answer, or the object is larger than `limit`.
    func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]?

    /// Reads an object and its digest; a store may hash the bytes while it receives them.
    ///
    /// - Parameters and errors: as of `read`.
    /// - Returns: The object's bytes with their digest, or `nil` if it does not exist.
    func readHashed(_ name: String, limit: UInt64) async throws(StoreError) -> HashedObject?

    /// Writes an object.
    func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError)

    /// Writes an object unless one of that name exists.
    ///
    /// If several calls run at the same time, one should write: so the first save of a key wins.
    ///
    /// - Returns: Whether the object was written. A store that cannot find out writes it; the only
    ///   harm is work done twice, and the last save of a key instead of the first.
    func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool

    /// Reads the size and age of an object; `nil` if it does not exist.
    func info(_ name: String) async throws(StoreError) -> ObjectInfo?

    /// Lists the objects whose names begin with `prefix`, in any order.
    func list(prefix: String) async throws(StoreError) -> [ObjectInfo]

    /// Returns whether all objects that a key record refers to are where its other readers find
    /// them.
    ///
    /// It is so except for records that have not been sent to a shared store yet, because entries
    /// are written with the record last and deleted with the record first.
    func isShared(_ record: String) -> Bool

    /// Returns the seconds by which the clock of the objects' ages is ahead of this machine's.
    ///
    /// The value comes from earlier answers of the store; it is 0 if the clocks agree within a
    /// minute.
    func clockDifference() async -> Int64

    /// Returns the notes for the user that have not been reported yet, one line each, and forgets
    /// them.
    func drainNotes() -> [String]

    /// Deletes an object; succeeds if it does not exist.
    ///
    /// - Parameter name: A name that this program gives; no other object is ever deleted.
    /// - Throws: When the store cannot answer.
    func delete(_ name: ObjectName) async throws(StoreError)

    /// Deletes an object unless it has changed, as far as the store can find out.
    ///
    /// - Parameter listed: The object as it was read or listed earlier.
    /// - Returns: Whether the object is gone. `false` if it was written again since, or its name is
    ///   not one that this program gives.
    /// - Throws: When the store cannot answer.
    func delete(ifUnchanged listed: ObjectInfo) async throws(StoreError) -> Bool
}

extension CacheStore {
    /// Reads an object and then hashes it.
    public func readHashed(
        _ name: String,
        limit: UInt64
    ) async throws(StoreError) -> HashedObject? {
        guard let bytes = try await read(name, limit: limit) else { return nil }
        return HashedObject(bytes)
    }

    /// Returns `true`, which is right for a store that has all its objects in one location.
    public func isShared(_ record: String) -> Bool { true }

    /// Returns 0, which is right for a store that uses this machine's clock.
    public func clockDifference() async -> Int64 { 0 }

    /// Returns no notes.
    public func drainNotes() -> [String] { [] }

    /// Reads the object's size and age, and deletes it if they are unchanged.
    public func delete(ifUnchanged listed: ObjectInfo) async throws(StoreError) -> Bool {
        guard let name = ObjectName(listed.name) else { return false }
        guard let info = try await info(listed.name) else { return true }
        guard info == listed else { return false }
        try await delete(name)
        return true
    }

    /// Reads the object's size and age, and writes it if it does not exist.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await info(name) != nil { return false }
        try await write(name, bytes)
        return true
    }
}
