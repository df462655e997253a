/// Credentials that are fetched once, and again before they expire.
///
/// However many ask at once, one fetches and the others wait for it.
package actor CredentialCache {
    /// How long before the end new ones are fetched.
    private static let margin: Int64 = 300

    private let load: @Sendable () async throws(AWSError) -> Credentials
    private let now: @Sendable () -> Timestamp
    private var cached: Credentials?
    private var isLoading = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - load: what fetches credentials; it must come to an end by itself.
    package init(
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        load: @escaping @Sendable () async throws(AWSError) -> Credentials
    ) {
        self.now = now
        self.load = load
    }

    /// Credentials that are good for some minutes, fetched if need be.
    ///
    /// If fetching new ones fails while the old ones are still good, the old ones are given.
    package func credentials() async throws(AWSError) -> Credentials {
        while true {
            if let cached, !isDue(cached) { return cached }
            if !isLoading { return try await refresh() }
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    /// Forgets credentials that a service called expired, unless newer ones are here already.
    package func forget(_ credentials: Credentials) {
        if cached == credentials { cached = nil }
    }

    private func refresh() async throws(AWSError) -> Credentials {
        isLoading = true
        defer {
            isLoading = false
            for waiter in waiters { waiter.resume() }
            waiters = []
        }
        do throws(AWSError) {
            let fresh = try await load()
            cached = fresh
            return fresh
        } catch {
            if let cached, !hasEnded(cached) { return cached }
            throw error
        }
    }

    private func isDue(_ credentials: Credentials) -> Bool {
        guard let end = credentials.expiration else { return false }
        return now().seconds >= end.seconds - CredentialCache.margin
    }

    private func hasEnded(_ credentials: Credentials) -> Bool {
        credentials.expiration.map { now() >= $0 } ?? false
    }
}
