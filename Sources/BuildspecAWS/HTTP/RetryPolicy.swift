/// The rules for when a request is sent again, and how long to wait before it.
///
/// The waits are those of the AWS SDKs: a random part of a limit that doubles, so that agents that
/// fail together do not retry together.
///
/// Source: AWS SDKs and tools reference guide, "Retry behavior".
struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    var attempts = 4
    /// How often a request is sent at most if nothing answers, which takes long to detect.
    var unansweredAttempts = 4
    /// The upper limit of the first wait; each further wait doubles the limit.
    var firstWait = Duration.milliseconds(200)
    /// The longest wait, also if `Retry-After` asks for more.
    var longestWait = Duration.seconds(10)
    /// How long after the first attempt the last one can begin.
    var deadline = Duration.seconds(60)

    /// Computes how long to wait after an attempt, counted from 1, with a `jitter` from 0 up to 1.
    func wait(after attempt: Int, jitter: Double, requested: Duration?) -> Duration {
        if let requested { return min(requested, longestWait) }
        let limit = min(firstWait * (1 << min(attempt - 1, 20)), longestWait)
        return limit * jitter
    }

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
