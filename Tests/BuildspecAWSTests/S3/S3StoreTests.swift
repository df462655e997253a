import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// The checks of every store, for a bucket of moto's server.
@Suite(.timed, .moto, .timeLimit(.minutes(10)))
struct `Moto buckets` {
    private let buckets: MotoBucket

    init() throws { buckets = try MotoBucket() }

    private func checks(_ bucket: String) async throws -> StoreChecks {
        StoreChecks(try await buckets.newStore(bucket), prefix: "v1")
    }

    @Test func `objects in a moto bucket are written, read, replaced, described and deleted`()
        async throws
    {
        try await checks("life").checkReadingAndWriting()
        try await checks("seen").checkConditionalDeletion()
        try await checks("empty").checkEmptyObjects()
        try await checks("large").checkSizeLimit()
    }

    @Test func `names in a moto bucket keep their characters, and prefixes find them`() async throws
    {
        try await checks("letters").checkNames()
        try await checks("prefixes").checkPrefixes()
    }

    @Test func `a listing of a moto bucket has more than a thousand objects`() async throws {
        try await checks("many").checkLongListing(1_003)
    }

    @Test func `one of several writers creates an object in a moto bucket`() async throws {
        try await checks("once").checkCreation(isExact: true)
    }

    @Test func `a bucket that does not exist is an error, not an empty store`() async throws {
        let store = try buckets.store(at: "s3://nowhere/x")
        for call in [
            { _ = try await store.read("v1/a", limit: 9) },
            { try await store.write("v1/a", []) },
            { _ = try await store.list(prefix: "v1") },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: StoreError.self) { try await call() }
            #expect(error?.description.contains("the bucket does not exist") == true)
        }
    }
}
