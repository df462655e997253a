import BuildspecCache
import TestSupport
import Testing

@testable import BuildspecAWS

/// The checks of every store, for each kind of store.
@Suite(.timed, .moto, .seaweed, .timeLimit(.minutes(10)))
struct `Conformance of stores` {
    /// The kinds of stores; SeaweedFS checks signatures and permissions, which moto does not.
    enum Kind: String, CaseIterable {
        case directory
        case moto
        case seaweed
    }

    @Test(arguments: Kind.allCases, StoreChecks.Check.allCases)
    func `a store of any kind passes the checks of every store`(
        kind: Kind,
        check: StoreChecks.Check
    ) async throws {
        let directory = try TemporaryDirectory()
        let store: any CacheStore
        switch kind {
        case .directory: store = DirectoryStore(directory.path)
        case .moto:
            store = try await MotoBucket().newStore("check-\(check.rawValue.lowercased())")
        case .seaweed:
            let environment = try #require(SeaweedTrait.server).environment
            // SeaweedFS has few volumes, and each bucket takes some of its own.
            try await TestBucket.make("checks", environment)
            store = S3Store(try S3Location("s3://checks/\(check)"), environment: environment)
        }
        // A file system without locks lets more than one of several writers create an object.
        // moto checks the condition of a write and writes in two steps, so two writers can both win.
        try await StoreChecks(store, prefix: "v1").run(check, isExact: kind == .seaweed)
    }
}
