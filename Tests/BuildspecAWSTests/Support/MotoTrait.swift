import TestSupport
import Testing

/// A trait that runs one moto server for all tests of a suite.
struct MotoTrait: SuiteTrait, TestScoping {
    @TaskLocal static var server: MotoServer?

    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await MotoServer.run { server in
            try await MotoTrait.$server.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == MotoTrait {
    /// Runs moto's server during the tests of the suite.
    static var moto: Self { MotoTrait() }
}
