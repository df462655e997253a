package import BuildspecCache
internal import Testing

extension CacheStore {
    /// Deletes an object by the text of its name, which must be a valid object name.
    package func remove(_ name: String) async throws {
        try await delete(try #require(ObjectName(name)))
    }
}

/// Checks that every store must pass; a failed one is recorded as an issue.
///
/// Each check uses different names, so that several can run in one store at the same time.
package struct StoreChecks: Sendable {
    private let store: any CacheStore
    private let prefix: String

    /// Creates the checks of a store.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - prefix: The beginning of all names, without a slash at its end.
    package init(_ store: any CacheStore, prefix: String) {
        self.store = store
        self.prefix = prefix
    }

    private func name(_ tail: String) -> String { "\(prefix)/\(tail)" }

    /// The checks, each of one promise of a store.
    package enum Check: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case readingAndWriting
        case conditionalDeletion
        case emptyObjects
        case sizeLimit
        case names
        case prefixes
        case longListing
        case creation

        package var testDescription: String { rawValue }
    }

    /// Runs a check.
    ///
    /// - Parameters:
    ///   - check: The check.
    ///   - isExact: Whether the store lets exactly one of several writers create an object.
    /// - Throws: An error of the store that the check does not expect.
    package func run(_ check: Check, isExact: Bool) async throws {
        switch check {
        case .readingAndWriting: try await checkReadingAndWriting()
        case .conditionalDeletion: try await checkConditionalDeletion()
        case .emptyObjects: try await checkEmptyObjects()
        case .sizeLimit: try await checkSizeLimit()
        case .names: try await checkNames()
        case .prefixes: try await checkPrefixes()
        case .longListing: try await checkLongListing(1_003)
        case .creation: try await checkCreation(isExact: isExact)
        }
    }

    /// Checks that an object is written, read, replaced, described and deleted.
    private func checkReadingAndWriting() async throws {
        let name = name("keys/s/k/1f\(String(repeating: "0", count: 62))")
        #expect(try await store.read(name, limit: 100) == nil)
        #expect(try await store.info(name) == nil)
        try await store.remove(name)
        try await store.write(name, [1, 2, 3])
        #expect(try await store.read(name, limit: 3)?.bytes == [1, 2, 3])
        try await store.write(name, [4])
        #expect(try await store.read(name, limit: 100)?.bytes == [4])
        let info = try #require(try await store.info(name))
        #expect(info.name == name && info.size == 1 && info.modified > 1_700_000_000)
        try await store.remove(name)
        #expect(try await store.read(name, limit: 100) == nil)
        #expect(try await store.info(name) == nil)
    }

    /// Checks that only an unchanged object is deleted.
    private func checkConditionalDeletion() async throws {
        let name = name("keys/s/k/5e\(String(repeating: "0", count: 62))")
        try await store.write(name, [1])
        let seen = try #require(try await store.list(prefix: name).objects.first)
        #expect(try await store.info(name) == seen, "both descriptions are equal")
        try await store.write(name, [2])
        #expect(try await store.delete(ifUnchanged: seen) == false)
        #expect(try await store.read(name, limit: 9)?.bytes == [2])
        let now = try #require(try await store.info(name))
        #expect(try await store.delete(ifUnchanged: now))
        #expect(try await store.read(name, limit: 9) == nil)
        #expect(try await store.delete(ifUnchanged: now), "the object is deleted already")
    }

    /// Checks that an empty object exists.
    private func checkEmptyObjects() async throws {
        try await store.write(name("empty"), [])
        #expect(try await store.read(name("empty"), limit: 0)?.bytes == [])
        #expect(try await store.info(name("empty"))?.size == 0)
    }

    /// Checks that an object over its reader's limit is an error with that code.
    private func checkSizeLimit() async throws {
        let name = name("large")
        try await store.write(name, Array(repeating: 7, count: 100_000))
        let error = await #expect(throws: StoreError.self) {
            try await store.read(name, limit: 99_999)
        }
        #expect(error?.code == .tooLarge, "\(String(describing: error))")
        #expect(try await store.read(name, limit: 100_000)?.bytes.count == 100_000)
    }

    /// Checks that all characters of names are kept.
    private func checkNames() async throws {
        let names = [
            "keys/a%2Fb%20c/~/x", "keys/~/0", "keys/a.b-c_d~e/1", "keys/%/2", "keys/a+b/3",
        ]
        .map(name)
        for (index, name) in names.enumerated() {
            try await store.write(name, [UInt8(index)])
        }
        for (index, name) in names.enumerated() {
            #expect(try await store.read(name, limit: 9)?.bytes == [UInt8(index)], "\(name)")
        }
        let listed = try await store.list(prefix: name("keys/")).objects
        #expect(Set(listed.map(\.name)) == Set(names))
    }

    /// Checks listings with a prefix that ends anywhere, and with one that no name has.
    private func checkPrefixes() async throws {
        for tail in ["list/ab/1", "list/ab/2", "list/abc/3", "list/b/4"] {
            try await store.write(name(tail), [1, 2])
        }
        func names(_ prefix: String) async throws -> [String] {
            try await store.list(prefix: name(prefix)).objects.map(\.name).sorted()
        }
        #expect(try await names("list/ab") == ["list/ab/1", "list/ab/2", "list/abc/3"].map(name))
        #expect(try await names("list/ab/") == ["list/ab/1", "list/ab/2"].map(name))
        #expect(try await names("list/x").isEmpty)
        #expect(try await store.list(prefix: name("list/b")).objects.map(\.size) == [2])
    }

    /// Checks a listing of more than a thousand objects.
    private func checkLongListing(_ count: Int) async throws {
        let names = (0..<count).map { name("many/\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (started, name) in names.enumerated() {
                if started >= 8 { try await tasks.next() }
                tasks.addTask { try await store.write(name, [0]) }
            }
            try await tasks.waitForAll()
        }
        let listed = try await store.list(prefix: name("many/")).objects
        #expect(listed.count == count && Set(listed.map(\.name)) == Set(names))
    }

    /// Checks that one of several concurrent writers creates a complete object.
    ///
    /// - Parameter isExact: Whether the others must fail.
    /// - Throws: An error of the store.
    private func checkCreation(isExact: Bool) async throws {
        let name = name("once")
        let winners = try await withThrowingTaskGroup(of: Bool.self) { tasks in
            for writer in 0..<8 {
                tasks.addTask {
                    try await store.create(name, Array(repeating: UInt8(writer), count: 5_000))
                }
            }
            return try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(isExact ? winners == 1 : winners >= 1)
        let bytes = try #require(try await store.read(name, limit: 5_000)).bytes
        #expect(bytes.count == 5_000 && Set(bytes).count == 1)
        #expect(try await store.create(name, [9]) == false)
        #expect(try await store.read(name, limit: 5_000)?.bytes == bytes)
    }
}
