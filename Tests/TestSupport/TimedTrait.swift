internal import SystemPackage
package import Testing

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Measures each test case itself, without the time that it waits for its turn.
///
/// The file that `BUILDSPEC_TEST_TIMES` names gets a line for each: milliseconds, a tab, the test.
package struct TimedTrait: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    package func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil || TimedTrait.file == nil ? nil : self
    }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let start = ContinuousClock.now
        defer { TimedTrait.record(ContinuousClock.now - start, test) }
        try await function()
    }

    private static let file = unsafe getenv("BUILDSPEC_TEST_TIMES").flatMap { path in
        unsafe try? FileDescriptor.open(
            unsafe String(cString: path),
            .writeOnly,
            options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead]
        )
    }

    private static func record(_ time: Duration, _ test: Test) {
        let milliseconds = Int(time / .milliseconds(1))
        let file = test.sourceLocation.fileName.prefix { $0 != "." }
        _ = try? self.file?.writeAll(Array("\(milliseconds)\t\(file): \(test.name)\n".utf8))
    }
}

extension Trait where Self == TimedTrait {
    /// Measures the tests of a suite.
    package static var timed: Self { Self() }
}
