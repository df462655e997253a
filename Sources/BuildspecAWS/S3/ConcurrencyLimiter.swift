/// Lets a bounded number of requests through at once; the others wait in turn.
actor ConcurrencyLimiter {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Makes a gate.
    ///
    /// - Parameter width: how many may be inside at once.
    init(width: Int) {
        free = width
    }

    /// Works inside the gate.
    func pass<Value: Sendable>(
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
