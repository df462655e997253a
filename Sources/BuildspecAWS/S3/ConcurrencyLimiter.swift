/// A limit on the number of requests that run at once; further requests wait in order.
actor ConcurrencyLimiter {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Creates a limiter for at most `limit` requests at once.
    init(limit: Int) {
        free = limit
    }

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
