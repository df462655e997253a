import Testing

@testable import BuildspecAWS

/// AWS SDKs and tools reference guide, "Retry behavior".
struct `Request retries` {
    private let clock = InstantClock()
    private let request = HTTPRequest(.get, Endpoint(.http, "127.0.0.1"))

    private func transport(
        _ policy: RetryPolicy = RetryPolicy(),
        jitter: Double = 0.5,
        around base: ScriptedTransport
    ) -> RetryingTransport<InstantClock> {
        RetryingTransport(base, policy: policy, clock: clock) { jitter }
    }

    @Test(arguments: [429, 500, 502, 503, 504])
    func `a request is retried after a temporary status`(status: Int) async throws {
        let base = ScriptedTransport { _, count throws(HTTPError) in
            HTTPResponse(status: count < 2 ? status : 200)
        }
        let response = try await transport(around: base).send(request)
        #expect(response.status == 200)
        #expect(base.asked.count == 3)
        #expect(clock.sleeps == [.milliseconds(100), .milliseconds(200)])
    }

    @Test(arguments: [
        "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown",
        "RequestTimeout", "InternalServerError",
    ])
    func `a request is retried after a temporary error type`(code: String) async throws {
        let base = ScriptedTransport { _, count throws(HTTPError) in
            count < 1 ? .fault(code) : HTTPResponse(status: 200)
        }
        #expect(try await transport(around: base).send(request).status == 200)
        #expect(base.asked.count == 2)
    }

    @Test(
        arguments: [.connectionLost, .cannotConnect, .timedOut, .unknownHost] as [HTTPError.Code]
    )
    func `a request is retried after a connection error`(code: HTTPError.Code) async throws {
        let base = ScriptedTransport { request, count throws(HTTPError) in
            if count < 1 { throw HTTPError(code, request.endpoint) }
            return HTTPResponse(status: 200)
        }
        #expect(try await transport(around: base).send(request).status == 200)
    }

    @Test(arguments: [.insecure, .tooLarge, .cancelled, .other] as [HTTPError.Code])
    func `a request is not retried after a permanent error`(code: HTTPError.Code) async {
        let base = ScriptedTransport { request, _ throws(HTTPError) in
            throw HTTPError(code, request.endpoint)
        }
        await #expect(throws: HTTPError(code, request.endpoint)) {
            try await transport(around: base).send(request)
        }
        #expect(base.asked.count == 1)
    }

    @Test(arguments: [200, 304, 400, 403, 404, 412, 501])
    func `a request is not retried after another status`(status: Int) async throws {
        let base = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: status) }
        #expect(try await transport(around: base).send(request).status == status)
        #expect(base.asked.count == 1)
    }

    @Test func `a request is retried up to the policy's limit, and the last response is returned`()
        async throws
    {
        let base = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: 503) }
        let response = try await transport(RetryPolicy(attempts: 3), around: base).send(request)
        #expect(response.status == 503)
        #expect(base.asked.count == 3)
    }

    @Test func `the waits between retries double up to a limit`() async throws {
        let policy = RetryPolicy(
            attempts: 6,
            firstWait: .seconds(1),
            longestWait: .seconds(5),
            deadline: .seconds(100)
        )
        let base = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: 503) }
        _ = try await transport(policy, jitter: 1, around: base).send(request)
        #expect(clock.sleeps == [1, 2, 4, 5, 5].map { Duration.seconds($0) })
    }

    @Test func `a retry waits as long as the service asks for, up to a limit`() async throws {
        let base = ScriptedTransport { _, count throws(HTTPError) in
            HTTPResponse(
                status: count < 2 ? 503 : 200,
                headers: [.init("retry-after", count == 0 ? "3" : "3600")]
            )
        }
        _ = try await transport(around: base).send(request)
        #expect(clock.sleeps == [.seconds(3), .seconds(10)])
    }

    @Test func `a request is not retried after the deadline`() async throws {
        let policy = RetryPolicy(
            attempts: 100,
            firstWait: .seconds(2),
            longestWait: .seconds(2),
            deadline: .seconds(7)
        )
        let base = ScriptedTransport { [clock] _, _ throws(HTTPError) in
            clock.pass(.seconds(1))
            return HTTPResponse(status: 503)
        }
        _ = try await transport(policy, jitter: 1, around: base).send(request)
        #expect(base.asked.count == 3)
        #expect(clock.now.offset == .seconds(7))
    }

    @Test func `a retry has at most the remaining time as its timeout`() async throws {
        let policy = RetryPolicy(attempts: 2, firstWait: .seconds(2), deadline: .seconds(10))
        let base = ScriptedTransport { [clock] _, _ throws(HTTPError) in
            clock.pass(.seconds(5))
            return HTTPResponse(status: 503)
        }
        _ = try await transport(policy, jitter: 1, around: base).send(request)
        #expect(base.asked.map(\.timeout) == [.seconds(10), .seconds(3)])
    }

    @Test func `the wait before a retry is a random part of its limit`() async throws {
        let base = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: 503) }
        let transport = RetryingTransport(base, clock: clock)
        for _ in 0..<20 { _ = try await transport.send(request) }
        #expect(Set(clock.sleeps).count > 20)
        #expect(clock.sleeps.allSatisfy { $0 >= .zero && $0 < .milliseconds(800) })
    }
}
