/// The only interface to the network: a request in, a whole response out.
///
/// ## Implementation guidance
/// - Any status is a response, also 404 and 503; only a missing response is an error.
/// - Redirects are not followed, because a signature is valid for one host.
/// - The limit of the body is checked while the body arrives, not afterwards.
/// - Cancelling the task ends the exchange.
/// - A transport does not retry; `RetryingTransport` does.
protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

/// The reason why a request has no response.
struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers distinguish.
    enum Code: Sendable {
        /// The name cannot be resolved.
        case unknownHost
        /// Nothing listens at the address, or nothing answers the attempt to connect.
        case cannotConnect
        /// The connection broke before the response was complete.
        case connectionLost
        /// The TLS handshake failed: the service may not speak TLS, or the connection broke.
        case handshake
        /// The response took too long.
        case timedOut
        /// A certificate or a protocol version is not trusted.
        case insecure
        /// The response is larger than the request accepts.
        case tooLarge
        case cancelled
        case other
    }

    var code: Code
    /// The address without the query, which can contain a signature.
    var endpoint: Endpoint
    /// The text of the system or of libcurl.
    var detail: String

    init(_ code: Code, _ endpoint: Endpoint, _ detail: String = "") {
        self.code = code
        self.endpoint = endpoint
        self.detail = detail
    }

    /// Whether the next attempt may succeed.
    var isTransient: Bool {
        switch code {
        case .unknownHost, .cannotConnect, .connectionLost, .handshake, .timedOut: true
        case .insecure, .tooLarge, .cancelled, .other: false
        }
    }

    var description: String {
        let tail = detail.isEmpty ? "" : " (\(detail))"
        return switch code {
        case .unknownHost: "the host '\(endpoint.host)' cannot be found" + tail
        case .cannotConnect: "cannot connect to \(endpoint)" + tail
        case .connectionLost: "the connection to \(endpoint) broke" + tail
        case .handshake: "cannot establish a TLS connection to \(endpoint)" + tail
        case .timedOut: "\(endpoint) did not answer in time" + tail
        case .insecure: "the TLS connection to \(endpoint) cannot be trusted" + tail
        case .tooLarge: "the response of \(endpoint) is too large" + tail
        case .cancelled: "the request to \(endpoint) was cancelled"
        case .other: "the request to \(endpoint) failed" + tail
        }
    }
}
