import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// The store's promises, kept by a bucket of moto's server.
@Suite(.moto, .timeLimit(.minutes(10)))
struct `A store in moto's bucket` {
    private let buckets: MotoBucket

    init() throws { buckets = try MotoBucket() }

    private func checks(_ bucket: String) async throws -> StoreChecks {
        StoreChecks(try await buckets.newStore(bucket), prefix: "v1")
    }

    @Test func `what is written is read, replaced, looked at and removed`() async throws {
        try await checks("life").checkReadingAndWriting()
        try await checks("seen").checkConditionalDeletion()
        try await checks("empty").checkEmptyObjects()
        try await checks("large").checkSizeLimit()
    }

    @Test func `names keep their letters, and prefixes find them`() async throws {
        try await checks("letters").checkNames()
        try await checks("prefixes").checkPrefixes()
    }

    @Test func `a listing goes on behind a thousand objects`() async throws {
        try await checks("many").checkLongListing(1_003)
    }

    @Test func `one of many writers creates an object`() async throws {
        try await checks("once").checkCreation(isExact: true)
    }

    @Test func `a bucket that is not there is an error, not an empty store`() async throws {
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
