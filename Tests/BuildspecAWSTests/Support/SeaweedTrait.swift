import TestSupport
import Testing

/// A trait that runs one SeaweedFS for all tests of a suite.
struct SeaweedTrait: SuiteTrait, TestScoping {
    @TaskLocal static var server: SeaweedServer?

    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await SeaweedServer.run { server in
            try await SeaweedTrait.$server.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == SeaweedTrait {
    /// Runs SeaweedFS during the tests of the suite.
    static var seaweed: Self { SeaweedTrait() }
}
