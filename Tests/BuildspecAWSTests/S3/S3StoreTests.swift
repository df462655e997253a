import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Buckets of moto's server; `Conformance of stores` has the checks of every store.
@Suite(.timed, .moto, .timeLimit(.minutes(10)))
struct `Moto buckets` {
    private let buckets: MotoBucket

    init() throws { buckets = try MotoBucket() }

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
