internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Names for files that are still being written; no walk ever takes one for content.
package enum TemporaryName {
    /// What every such name begins with.
    package static let prefix: [UInt8] = Array(".buildspec-partial-".utf8)

    private static let counter = Atomic<UInt64>(0)
    private static let token = UInt64.random(in: 0...UInt64.max)

    /// A name that no other process and no earlier call has used.
    package static func next() -> [UInt8] {
        let number = counter.add(1, ordering: .relaxed).newValue
        let text = "\(getpid())-" + String(token, radix: 36) + "-\(number)"
        return prefix + Array(text.utf8)
    }

    /// Whether `name` is one of these.
    package static func matches(_ name: some Collection<UInt8>) -> Bool {
        name.starts(with: prefix)
    }
}
