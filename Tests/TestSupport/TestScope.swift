#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The amount of work that the tests do.
package enum TestScope {
    /// Whether the tests try all calls, counts and examples, as `./dev test --all` does.
    ///
    /// Without `BUILDSPEC_TEST_ALL` they take a part that runs in minutes.
    package static let isFull = unsafe getenv("BUILDSPEC_TEST_ALL") != nil

    /// Returns the first value for the usual tests, the second for all of them.
    package static func count(_ usual: Int, all: Int) -> Int { isFull ? all : usual }

    /// The seeds of a random test: the first quarter, or all of them for all cases.
    package static func seeds(_ all: UInt64) -> Range<UInt64> { 0..<(isFull ? all : (all + 3) / 4) }
}
