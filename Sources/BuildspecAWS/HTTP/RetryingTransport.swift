/// A transport that tries again: on 429 and 5xx, throttling, and connections that break.
///
/// A request is sent again as it is, signature included, which services take for minutes. Requests
/// must therefore be ones that may be repeated; all of AWS's that this package makes are.
package struct RetryingTransport<C: Clock>: HTTPTransport where C.Duration == Duration {
    private let base: any HTTPTransport
    private let policy: RetryPolicy
    private let clock: C
    private let jitter: @Sendable () -> Double

    /// Puts retries around a transport.
    ///
    /// - Parameters:
    ///   - base: what sends.
    ///   - policy: how often and how long.
    ///   - clock: what waits.
    ///   - jitter: a random number from 0 up to 1 for each wait.
    package init(
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

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let start = clock.now
        var attempt = 1
        while true {
            let remaining = policy.deadline - start.duration(to: clock.now)
            let outcome = await outcome(of: request, within: remaining)
            guard isTransient(outcome), attempt < attempts(request, after: outcome) else {
                return try outcome.get()
            }
            let wait = policy.wait(after: attempt, jitter: jitter(), asked: asked(in: outcome))
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
            return .success(try await base.send(request))
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
        return min(request.mostKnocks ?? policy.knocks, policy.attempts)
    }

    private func isTransient(_ outcome: Result<HTTPResponse, HTTPError>) -> Bool {
        switch outcome {
        case .success(let response): policy.isTransient(response)
        case .failure(let error): error.isTransient
        }
    }

    private func asked(in outcome: Result<HTTPResponse, HTTPError>) -> Duration? {
        guard case .success(let response) = outcome, let text = response.header("Retry-After"),
            let seconds = UInt16(text)
        else { return nil }
        return .seconds(Int(seconds))
    }
}
