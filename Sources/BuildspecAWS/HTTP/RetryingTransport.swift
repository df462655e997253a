/// A transport that retries after 429 and 5xx, throttling, and broken connections.
///
/// A request is sent again unchanged; services accept its signature for minutes. Only requests that
/// can be repeated may be sent, as all requests of this package can.
struct RetryingTransport<C: Clock>: HTTPTransport where C.Duration == Duration {
    private let base: any HTTPTransport
    private let policy: RetryPolicy
    private let clock: C
    private let jitter: @Sendable () -> Double

    /// Adds retries; `jitter` makes a random number from 0 up to 1 for each wait.
    init(
        _ base: any HTTPTransport,
        policy: RetryPolicy = RetryPolicy(),
        clock: C = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.base = base
        self.policy = policy
        self.clock = clock
        self.jitter = jitter
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let start = clock.now
        var attempt = 1
        while true {
            let remaining = policy.deadline - start.duration(to: clock.now)
            let outcome = await outcome(of: request, within: remaining)
            guard isTransient(outcome), attempt < attempts(request, after: outcome) else {
                return try outcome.get()
            }
            let wait = policy.wait(
                after: attempt,
                jitter: jitter(),
                requested: requestedWait(outcome)
            )
            guard start.duration(to: clock.now) + wait < policy.deadline else {
                return try outcome.get()
            }
            do {
                try await clock.sleep(for: wait)
            } catch {
                throw HTTPError(.cancelled, request.endpoint)
            }
            attempt += 1
        }
    }

    private func outcome(
        of request: HTTPRequest,
        within remaining: Duration
    ) async -> Result<HTTPResponse, HTTPError> {
        var request = request
        request.timeout = min(request.timeout, remaining)
        do throws(HTTPError) {
            var response = try await base.send(request)
            if request.method == .post, response.isLateFailure { response.status = 500 }
            return .success(response)
        } catch {
            return .failure(error)
        }
    }

    private func attempts(
        _ request: HTTPRequest,
        after outcome: Result<HTTPResponse, HTTPError>
    ) -> Int {
        guard case .failure(let error) = outcome,
            ![.connectionLost, .handshake].contains(error.code)
        else { return policy.attempts }
        return min(request.unansweredAttempts ?? policy.unansweredAttempts, policy.attempts)
    }

    private func isTransient(_ outcome: Result<HTTPResponse, HTTPError>) -> Bool {
        switch outcome {
        case .success(let response): policy.isTransient(response)
        case .failure(let error): error.isTransient
        }
    }

    private func requestedWait(_ outcome: Result<HTTPResponse, HTTPError>) -> Duration? {
        guard case .success(let response) = outcome, let text = response.header("Retry-After"),
            let seconds = UInt16(text)
        else { return nil }
        return .seconds(Int(seconds))
    }
}

extension HTTPResponse {
    /// Whether an error of S3 has a status of success, because that was sent before the result.
    ///
    /// Source: Amazon S3 API reference, CompleteMultipartUpload.
    fileprivate var isLateFailure: Bool {
        guard isSuccess, body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") else { return false }
        var isError = false
        let isRead = XMLReader.read(body) { path, _ in isError = path == ["Error"] }
        return isRead && isError
    }
}
