import TestSupport
import Testing

@testable import BuildspecAWS
@testable import BuildspecCache

/// The real transports, which must all behave the same.
enum TransportKind: String, CaseIterable, Sendable {
    case curl

    var transport: any HTTPTransport {
        switch self {
        case .curl: CurlTransport()
        }
    }
}

/// RFC 9112, and the bytes that a signature covers.
@Suite(.timed, .timeLimit(.minutes(2)))
struct `Transports` {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func endpoint(_ server: LocalServer) -> Endpoint {
        Endpoint(.http, "127.0.0.1", port: server.port)
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport sends a request exactly as it is signed`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in .answer(Self.ok) }
        let request = HTTPRequest(
            .put,
            endpoint(server),
            path: ["a b", "", "..", "é+%41", ""],
            query: [.init("x y", "1/2"), .init("empty")],
            headers: [
                .init("X-Test", "a  b"), .init("Authorization", "AWS4 x=y"),
                .init("Content-Type", "application/x-amz-json-1.1"),
            ],
            body: Array("body".utf8)
        )
        let transport = kind.transport
        let response = try await transport.send(request)
        #expect(response.text == "ok")
        let text = try #require(server.received.first)
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "PUT /a%20b//../%C3%A9%2B%2541/?x%20y=1%2F2&empty= HTTP/1.1")
        #expect(lines.last == "body")
        let head = Set(lines.map { $0.lowercased() })
        #expect(head.contains("host: 127.0.0.1:\(server.port)"))
        #expect(head.contains("x-test: a  b"))
        #expect(head.contains("authorization: aws4 x=y"))
        #expect(head.contains("content-type: application/x-amz-json-1.1"))
        #expect(head.contains("content-length: 4"))
    }

    @Test(arguments: [0, 5, 5_000_000])
    func `a transport hashes the body of a response on request`(size: Int) async throws {
        let body = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 * 7 % 26))) })
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
        let server = try LocalServer { _, _ in .answer(head + body) }
        var request = HTTPRequest(.get, endpoint(server))
        let transport = CurlTransport()
        let plain = try await transport.send(request)
        #expect(plain.bodySHA256 == nil)
        request.hashesResponse = true
        let hashed = try await transport.send(request)
        #expect(hashed.body == Array(body.utf8))
        #expect(hashed.bodySHA256 == ContentDigest(of: hashed.body).bytes)
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport returns status, headers and body of any response`(
        kind: TransportKind
    ) async throws {
        let server = try LocalServer { request, _ in
            let body = request.hasPrefix("HEAD") ? "" : "{}"
            return .answer(
                "HTTP/1.1 404 Not Found\r\nX-Amzn-ErrorType: NoSuchKey\r\nContent-Length: 2\r\n\r\n"
                    + body
            )
        }
        let transport = kind.transport
        for method in [HTTPRequest.Method.get, .head, .delete, .post] {
            let response = try await transport.send(HTTPRequest(method, endpoint(server)))
            #expect(response.status == 404)
            #expect(response.header("x-amzn-errortype") == "NoSuchKey")
            #expect(response.text == (method == .head ? "" : "{}"), "\(method)")
        }
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport keeps a connection for the next request`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in .answer(Self.ok) }
        let transport = kind.transport
        for _ in 0..<5 { _ = try await transport.send(HTTPRequest(.get, endpoint(server))) }
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport does not follow a redirect`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in
            .answer("HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
        }
        let response = try await kind.transport.send(HTTPRequest(.get, endpoint(server)))
        #expect(response.status == 301)
        #expect(server.received.count == 1)
    }

    @Test(arguments: TransportKind.allCases, [true, false])
    func `a transport refuses a response over the limit`(
        kind: TransportKind,
        isAnnounced: Bool
    ) async throws {
        let body = String(repeating: "x", count: 100_000)
        let head = isAnnounced ? "Content-Length: 100000\r\n" : ""
        let server = try LocalServer { _, _ in
            .answerAndClose("HTTP/1.1 200 OK\r\n\(head)\r\n" + body)
        }
        var request = HTTPRequest(.get, endpoint(server))
        request.responseLimit = 100_000
        #expect(try await kind.transport.send(request).body.count == 100_000)
        request.responseLimit = 99_999
        await #expect {
            try await kind.transport.send(request)
        } throws: {
            ($0 as? HTTPError)?.code == .tooLarge
        }
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport ends a request after its timeout`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in .stall }
        var request = HTTPRequest(.get, endpoint(server))
        request.timeout = .milliseconds(300)
        let start = ContinuousClock.now
        await #expect(throws: HTTPError.self) { try await kind.transport.send(request) }
        let elapsed = start.duration(to: .now)
        #expect(elapsed >= .milliseconds(290) && elapsed < .seconds(20))
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport reports a request that timed out`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in .stall }
        var request = HTTPRequest(.get, endpoint(server))
        request.timeout = .milliseconds(100)
        await #expect {
            try await kind.transport.send(request)
        } throws: {
            ($0 as? HTTPError)?.code == .timedOut
        }
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport ends a request with its task`(kind: TransportKind) async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let server = try LocalServer { _, _ in
            arrival.finish()
            return .stall
        }
        let request = HTTPRequest(.get, endpoint(server))
        let code = await withTaskGroup(of: HTTPError.Code?.self) { group in
            group.addTask {
                do throws(HTTPError) {
                    _ = try await kind.transport.send(request)
                    return nil
                } catch {
                    return error.code
                }
            }
            for await _ in arrived {}
            group.cancelAll()
            return await group.next().flatMap(\.self)
        }
        #expect(code == .cancelled)
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport reports a refused connection with the address`(
        kind: TransportKind
    ) async throws {
        let port = try LocalServer.refusingPort()
        let dead = Endpoint(.http, "127.0.0.1", port: port)
        let start = ContinuousClock.now
        await #expect {
            try await kind.transport.send(HTTPRequest(.get, dead))
        } throws: {
            ($0 as? HTTPError)?.code == .cannotConnect
                && "\($0)".hasPrefix("cannot connect to http://127.0.0.1:\(port)")
        }
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport reports an unknown host`(kind: TransportKind) async throws {
        await #expect {
            try await kind.transport.send(HTTPRequest(.get, Endpoint(.http, "x.invalid")))
        } throws: {
            ($0 as? HTTPError)?.code == .unknownHost
        }
    }

    @Test(
        arguments: TransportKind.allCases,
        [
            LocalServer.Action.close,
            .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        ]
    )
    func `a transport reports a broken connection`(
        kind: TransportKind,
        action: LocalServer.Action
    ) async throws {
        let server = try LocalServer { _, _ in action }
        await #expect {
            try await kind.transport.send(HTTPRequest(.get, endpoint(server)))
        } throws: {
            ($0 as? HTTPError)?.code == .connectionLost
        }
    }

    @Test func `a transport reports a service without TLS as a failed handshake`() async throws {
        let plain = """
            import socket, sys, threading
            server = socket.create_server(("127.0.0.1", 0))
            def serve():
                while True:
                    client, _ = server.accept()
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
                    client.close()
            threading.Thread(target=serve, daemon=True).start()
            print(server.getsockname()[1], flush=True)
            sys.stdin.read()
            """
        try await PythonServer.run(plain, []) { port in
            let secure = Endpoint(.https, "127.0.0.1", port: port)
            let error = await #expect(throws: HTTPError.self) {
                try await CurlTransport().send(HTTPRequest(.get, secure))
            }
            let found = try #require(error)
            #expect(found.code == .handshake)
            let message = AWSError.network("read", found).message
            #expect(
                message.hasSuffix(
                    "; check that the endpoint uses TLS, or write its URL with 'http://'"
                )
            )
        }
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport with retries gets a response from an unreliable server`(
        kind: TransportKind
    ) async throws {
        let server = try LocalServer { _, number in
            switch number % 4 {
            case 0: .close
            case 1: .answer("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n")
            case 2: .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            default: .answer(Self.ok)
            }
        }
        let policy = RetryPolicy(attempts: 8, firstWait: .milliseconds(1))
        let transport = RetryingTransport(kind.transport, policy: policy)
        let response = try await transport.send(HTTPRequest(.get, endpoint(server)))
        #expect(response.text == "ok")
    }

    @Test(arguments: TransportKind.allCases)
    func `a transport serves 60 requests at the same time`(kind: TransportKind) async throws {
        let server = try LocalServer { _, _ in .answer(Self.ok) }
        let transport = kind.transport
        let request = HTTPRequest(.get, endpoint(server))
        let texts = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<60 { group.addTask { try? await transport.send(request).text } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts.count == 60)
        #expect(texts.allSatisfy { $0 == "ok" })
    }
}
