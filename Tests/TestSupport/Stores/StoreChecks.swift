package import BuildspecCache
internal import Testing

extension CacheStore {
    /// Removes an object by the text of its name, which must be one that this program gives.
    package func remove(_ name: String) async throws {
        try await delete(try #require(ObjectName(name)))
    }
}

/// What every store promises, as calls that record what is broken.
///
/// Each check uses names of its own, so that they can share a store and run beside each other.
package struct StoreChecks: Sendable {
    private let store: any CacheStore
    private let place: String

    /// Checks a store.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - place: what the names of this run begin with, without a slash at its end.
    package init(_ store: any CacheStore, place: String) {
        self.store = store
        self.place = place
    }

    private func name(_ tail: String) -> String { "\(place)/\(tail)" }

    /// All of them.
    ///
    /// - Parameters:
    ///   - isConditional: whether the store can tell who was first.
    ///   - many: how many objects are listed.
    /// - Throws: what the store throws where it should not.
    package func keepsEveryPromise(isConditional: Bool, many: Int = 1_003) async throws {
        try await writesReadsAndRemoves()
        try await keepsEmptyObjects()
        try await refusesTooLargeObjects()
        try await takesEveryLetterOfNames()
        try await listsByPrefix()
        try await listsManyPages(many)
        if isConditional { try await createsOnce(isExact: true) }
    }

    /// What is written is read, replaced, looked at, listed and removed.
    package func writesReadsAndRemoves() async throws {
        let name = name("keys/s/k/1f\(String(repeating: "0", count: 62))")
        #expect(try await store.read(name, limit: 100) == nil)
        #expect(try await store.info(name) == nil)
        try await store.remove(name)
        try await store.write(name, [1, 2, 3])
        #expect(try await store.read(name, limit: 3) == [1, 2, 3])
        try await store.write(name, [4])
        #expect(try await store.read(name, limit: 100) == [4])
        let info = try #require(try await store.info(name))
        #expect(info.name == name && info.size == 1 && info.modified > 1_700_000_000)
        try await store.remove(name)
        #expect(try await store.read(name, limit: 100) == nil)
        #expect(try await store.info(name) == nil)
    }

    /// What was written anew since it was seen is not removed, and what was not is.
    package func removesOnlyWhatWasSeen() async throws {
        let name = name("keys/s/k/5e\(String(repeating: "0", count: 62))")
        try await store.write(name, [1])
        let seen = try #require(try await store.list(prefix: name).first)
        #expect(try await store.info(name) == seen, "a look says what a listing says")
        try await store.write(name, [2])
        #expect(try await store.delete(ifUnchanged: seen) == false)
        #expect(try await store.read(name, limit: 9) == [2])
        let now = try #require(try await store.info(name))
        #expect(try await store.delete(ifUnchanged: now))
        #expect(try await store.read(name, limit: 9) == nil)
        #expect(try await store.delete(ifUnchanged: now), "it is gone already")
    }

    /// An empty object is one.
    package func keepsEmptyObjects() async throws {
        try await store.write(name("empty"), [])
        #expect(try await store.read(name("empty"), limit: 0) == [])
        #expect(try await store.info(name("empty"))?.size == 0)
    }

    /// An object beyond its reader's limit is an error that says so.
    package func refusesTooLargeObjects() async throws {
        let name = name("large")
        try await store.write(name, Array(repeating: 7, count: 100_000))
        let error = await #expect(throws: StoreError.self) {
            try await store.read(name, limit: 99_999)
        }
        #expect(error?.code == .tooLarge, "\(String(describing: error))")
        #expect(try await store.read(name, limit: 100_000)?.count == 100_000)
    }

    /// All letters that names are made of come back as they went.
    package func takesEveryLetterOfNames() async throws {
        let names = [
            "keys/a%2Fb%20c/~/x", "keys/~/0", "keys/a.b-c_d~e/1", "keys/%/2", "keys/a+b/3",
        ]
        .map(name)
        for (place, name) in names.enumerated() {
            try await store.write(name, [UInt8(place)])
        }
        for (place, name) in names.enumerated() {
            #expect(try await store.read(name, limit: 9) == [UInt8(place)], "\(name)")
        }
        let listed = try await store.list(prefix: name("keys/"))
        #expect(Set(listed.map(\.name)) == Set(names))
    }

    /// A prefix need not end at a slash, and one that nothing begins with is empty.
    package func listsByPrefix() async throws {
        for tail in ["list/ab/1", "list/ab/2", "list/abc/3", "list/b/4"] {
            try await store.write(name(tail), [1, 2])
        }
        func names(_ prefix: String) async throws -> [String] {
            try await store.list(prefix: name(prefix)).map(\.name).sorted()
        }
        #expect(try await names("list/ab") == ["list/ab/1", "list/ab/2", "list/abc/3"].map(name))
        #expect(try await names("list/ab/") == ["list/ab/1", "list/ab/2"].map(name))
        #expect(try await names("list/x").isEmpty)
        #expect(try await store.list(prefix: name("list/b")).map(\.size) == [2])
    }

    /// A listing has no end at a thousand.
    package func listsManyPages(_ count: Int) async throws {
        let names = (0..<count).map { name("many/\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (started, name) in names.enumerated() {
                if started >= 8 { try await tasks.next() }
                tasks.addTask { try await store.write(name, [0]) }
            }
            try await tasks.waitForAll()
        }
        let listed = try await store.list(prefix: name("many/"))
        #expect(listed.count == count && Set(listed.map(\.name)) == Set(names))
    }

    /// Of many that create one name, at least one writes, and one whole object is there.
    package func createsOnce(isExact: Bool) async throws {
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
        let bytes = try #require(try await store.read(name, limit: 5_000))
        #expect(bytes.count == 5_000 && Set(bytes).count == 1)
        #expect(try await store.create(name, [9]) == false)
        #expect(try await store.read(name, limit: 5_000) == bytes)
    }
}
