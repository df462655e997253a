/// The rules for when a request is sent again, and how long to wait before it.
///
/// The waits are those of the AWS SDKs: a random part of a limit that doubles, so that agents that
/// fail together do not retry together.
///
/// Source: AWS SDKs and tools reference guide, "Retry behavior".
package struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    package var attempts: Int
    /// How often a request is sent at most if nothing answers, which takes long to detect.
    package var unansweredAttempts: Int
    /// The upper limit of the first wait; each further wait doubles the limit.
    package var firstWait: Duration
    /// The longest wait, also if `Retry-After` asks for more.
    package var longestWait: Duration
    /// How long after the first attempt the last one can begin.
    package var deadline: Duration

    package init(
        attempts: Int = 4,
        unansweredAttempts: Int = 4,
        firstWait: Duration = .milliseconds(200),
        longestWait: Duration = .seconds(10),
        deadline: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.unansweredAttempts = unansweredAttempts
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.deadline = deadline
    }

    /// Computes how long to wait after an attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - jitter: A random number from 0 up to 1.
    ///   - requested: The wait that the service asks for in `Retry-After`.
    /// - Returns: The wait, at most `longestWait`.
    func wait(after attempt: Int, jitter: Double, requested: Duration?) -> Duration {
        if let requested { return min(requested, longestWait) }
        let limit = min(firstWait * (1 << min(attempt - 1, 20)), longestWait)
        return limit * jitter
    }

    /// Whether the same request may succeed later.
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
