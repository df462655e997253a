/// A cache that fetches credentials once, and again before they expire.
///
/// If several tasks ask at the same time, one fetches and the others wait.
actor CredentialCache {
    /// How many seconds before the expiry new credentials are fetched.
    private static let margin: Int64 = 300

    private let load: @Sendable () async throws(AWSError) -> Credentials
    private let now: @Sendable () -> Timestamp
    private var cached: Credentials?
    private var isLoading = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Creates an empty cache; `load` must end without being cancelled.
    init(
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        load: @escaping @Sendable () async throws(AWSError) -> Credentials
    ) {
        self.now = now
        self.load = load
    }

    /// Returns credentials that are valid for some minutes, and fetches them if necessary.
    ///
    /// If the fetch fails and the old credentials are still valid, the result is the old ones.
    func credentials() async throws(AWSError) -> Credentials {
        while true {
            if let cached, !isDue(cached) { return cached }
            if !isLoading { return try await refresh() }
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    /// Discards credentials that a service calls expired, unless the cache has newer ones.
    func forget(_ credentials: Credentials) {
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
            let credentials = try await load()
            cached = credentials
            return credentials
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
