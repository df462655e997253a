/// A limit on the number of requests that run at once; further requests wait in order.
actor ConcurrencyLimiter {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Creates a limiter.
    ///
    /// - Parameter limit: How many requests can run at once.
    init(limit: Int) {
        free = limit
    }

    /// Runs work as soon as the limit allows.
    func run<Value: Sendable>(
        _ work: @Sendable () async throws(AWSError) -> Value
    ) async throws(AWSError) -> Value {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
        return try await work()
    }
}
