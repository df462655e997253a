import Synchronization
import Testing

@testable import BuildspecAWS

struct `Credential cache` {
    /// A source of credentials that counts its calls and can fail.
    private final class Source: Sendable {
        let count = Mutex(0)
        let time = Mutex(Timestamp(seconds: 1_000_000))
        let fails = Mutex(false)

        func load(lasting seconds: Int64?) throws(AWSError) -> Credentials {
            if fails.withLock(\.self) { throw AWSError(.network, "no answer") }
            let number = count.withLock { count in
                count += 1
                return count
            }
            let now = time.withLock(\.self)
            return Credentials(
                accessKeyID: "AKIA\(number)",
                secretAccessKey: "s",
                expiration: seconds.map { Timestamp(seconds: now.seconds + $0) },
                source: "the test"
            )
        }

        func pass(_ seconds: Int64) { time.withLock { $0.seconds += seconds } }

        func cache(lasting seconds: Int64?) -> CredentialCache {
            let now = { @Sendable in self.time.withLock(\.self) }
            return CredentialCache(now: now) { () async throws(AWSError) in
                try self.load(lasting: seconds)
            }
        }
    }

    private let source = Source()

    @Test func `a credential cache fetches credentials that do not expire once`() async throws {
        let cache = source.cache(lasting: nil)
        for _ in 0..<3 { #expect(try await cache.credentials().accessKeyID == "AKIA1") }
        source.pass(1_000_000)
        #expect(try await cache.credentials().accessKeyID == "AKIA1")
    }

    @Test func `a credential cache fetches again five minutes before the credentials expire`()
        async throws
    {
        let cache = source.cache(lasting: 3600)
        #expect(try await cache.credentials().accessKeyID == "AKIA1")
        source.pass(3299)
        #expect(try await cache.credentials().accessKeyID == "AKIA1")
        source.pass(1)
        #expect(try await cache.credentials().accessKeyID == "AKIA2")
    }

    @Test func `a credential cache keeps valid credentials while new ones are unavailable`()
        async throws
    {
        let cache = source.cache(lasting: 3600)
        _ = try await cache.credentials()
        source.fails.withLock { $0 = true }
        source.pass(3599)
        #expect(try await cache.credentials().accessKeyID == "AKIA1")
        source.pass(1)
        await #expect(throws: AWSError(.network, "no answer")) { try await cache.credentials() }
        source.fails.withLock { $0 = false }
        #expect(try await cache.credentials().accessKeyID == "AKIA2")
    }

    @Test func `a credential cache fetches again once for credentials that a service rejects`()
        async throws
    {
        let cache = source.cache(lasting: nil)
        let first = try await cache.credentials()
        await cache.forget(first)
        let second = try await cache.credentials()
        #expect(second.accessKeyID == "AKIA2")
        await cache.forget(first)
        #expect(try await cache.credentials() == second)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a credential cache fetches once for concurrent requests`() async {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let source = source
        let cache = CredentialCache { () async throws(AWSError) in
            for await _ in gate { break }
            return try source.load(lasting: nil)
        }
        let ids = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 {
                group.addTask { try? await cache.credentials().accessKeyID }
            }
            opener.finish()
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids == ["AKIA1"])
        #expect(source.count.withLock(\.self) == 1)
    }
}
