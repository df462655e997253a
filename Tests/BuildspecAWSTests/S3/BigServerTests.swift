import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

private let wanted = S3Service.wanted(
    unsafe getenv("BUILDSPEC_TEST_SERVERS").map { unsafe String(cString: $0) }
)

/// A store on large servers; `docs/remote-cache.md` has the results.
///
/// `BUILDSPEC_TEST_SERVERS=ceph-rgw,openstack-swift swift test --filter BigServerTests`
@Suite(.timed, .enabled(if: !wanted.isEmpty), .serialized, .timeLimit(.minutes(10)))
struct BigServerTests {
    @Test(arguments: wanted) func `a large server passes the checks of every store`(
        _ service: S3Service
    ) async throws {
        try await service.run { environment in
            try await TestBucket.make("promises", environment)
            let store = S3Store(try S3Location("s3://promises/ci"), environment: environment)
            let checks = StoreChecks(store, prefix: "v1")
            for check in StoreChecks.Check.allCases
            where service.isConditional || check != .creation {
                try await checks.run(check, isExact: true)
            }
            if !service.isConditional {
                // The server answers 501 to a condition, so the object is written without one.
                #expect(try await store.create("v1/again", [1]))
                #expect(try await store.create("v1/again", [2]))
                #expect(try await store.read("v1/again", limit: 9)?.bytes == [2])
            }
            try await TestBucket.expectVerifiedNames(store)
            try await TestBucket.expectRoundTrip(
                S3Store(try S3Location("s3://promises/tree"), environment: environment),
                seed: 68
            )
            try await expectSignatures(environment)
            try await TestBucket.expectBoto3("promises", environment)
        }
    }

    /// Checks that a wrong secret is refused, and a wrong clock and a wrong region are corrected.
    private func expectSignatures(_ environment: [String: String]) async throws {
        let location = try S3Location("s3://promises/ci")
        let wrong = environment.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 }
        let error = await #expect(throws: StoreError.self) {
            try await S3Store(location, environment: wrong).read("v1/x", limit: 9)
        }
        #expect(error?.code == .denied)
        let elsewhere = environment.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        #expect(try await S3Store(location, environment: elsewhere).read("v1/x", limit: 9) == nil)
        try await TestBucket.expectClockIsSet("promises", environment)
    }
}
