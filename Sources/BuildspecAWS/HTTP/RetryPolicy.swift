/// When a request is tried again, and how long to wait before.
///
/// The waits are those of the AWS SDKs: a random part of a bound that doubles, so that many agents
/// that fail together do not come back together.
///
/// Source: AWS SDKs and tools reference guide, "Retry behavior".
package struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    package var attempts: Int
    /// How often at most when nobody answers to the knocking, which takes long to notice.
    package var knocks: Int
    /// The bound of the first wait; each further one doubles it.
    package var firstWait: Duration
    /// No wait is longer, and no `Retry-After` is waited for longer.
    package var longestWait: Duration
    /// No attempt begins later than this after the first one began.
    package var deadline: Duration

    package init(
        attempts: Int = 4,
        knocks: Int = 4,
        firstWait: Duration = .milliseconds(200),
        longestWait: Duration = .seconds(10),
        deadline: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.knocks = knocks
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.deadline = deadline
    }

    /// The wait behind an attempt.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - jitter: from 0 up to 1.
    ///   - asked: what the service asked for in `Retry-After`.
    /// - Returns: the wait.
    func wait(after attempt: Int, jitter: Double, asked: Duration?) -> Duration {
        if let asked { return min(asked, longestWait) }
        let bound = min(firstWait * (1 << min(attempt - 1, 20)), longestWait)
        return bound * jitter
    }

    /// Whether a response says that the same request may succeed later.
    func isTransient(_ response: HTTPResponse) -> Bool {
        if [429, 500, 502, 503, 504].contains(response.status) { return true }
        guard response.status >= 400, let fault = ServiceFault(response) else { return false }
        return fault.isThrottling || RetryPolicy.transient.contains(fault.code)
    }

    private static let transient: Set<String> = [
        "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError",
        "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException",
        "ServiceUnavailable",
    ]
}
