/// A store of named objects, the only view that the cache engine has of its storage.
///
/// A name is a relative path of `[A-Za-z0-9._~%+-]` and single slashes. A store keeps bytes and
/// does not interpret them; readers verify what they read.
///
/// ## Implementation guidance
/// - A write becomes visible as a whole or not at all, and replaces an object of the same name.
/// - Every call may be repeated, and may run while any other call runs.
/// - Callers do not retry. A store that needs retries makes them.
public protocol CacheStore: Sendable {
    /// The location of the objects, for messages.
    var location: String { get }

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - name: The name of the object.
    ///   - limit: The largest accepted size in bytes; a larger object is an error.
    /// - Returns: The object, or `nil` if it does not exist.
    /// - Throws: When the store cannot answer, or the object is larger than `limit`.
    func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject?

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
    func list(prefix: String) async throws(StoreError) -> ObjectListing

    /// Deletes an object; succeeds if it does not exist.
    ///
    /// - Parameters:
    ///   - name: A name that this program gives; no other object is ever deleted.
    ///   - listed: The object as it was read or listed earlier: an object that has changed since
    ///     stays, as far as the store can find out. `nil` deletes any.
    /// - Returns: Whether the object is gone.
    /// - Throws: When the store cannot answer.
    @discardableResult
    func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) async throws(StoreError) -> Bool
}

extension CacheStore {
    /// Reads the object's size and age, and writes it if it does not exist.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        if try await info(name) != nil { return false }
        try await write(name, bytes)
        return true
    }

    /// Deletes an object; succeeds if it does not exist.
    public func delete(_ name: ObjectName) async throws(StoreError) {
        try await delete(name, ifUnchanged: nil)
    }

    /// Deletes an object as it was listed; keeps it if its name is not one that this program gives.
    package func delete(ifUnchanged listed: ObjectInfo) async throws(StoreError) -> Bool {
        guard let name = ObjectName(listed.name) else { return false }
        return try await delete(name, ifUnchanged: listed)
    }

    /// Lists the objects whose names begin with `prefix`, without files of other programs.
    func listObjects(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        try await list(prefix: prefix).objects.filter { ObjectName($0.name) != nil }
    }
}
