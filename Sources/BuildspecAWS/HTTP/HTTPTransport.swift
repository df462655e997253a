/// The one seam to the network: a request in, a whole response out.
///
/// ## Implementation guidance
/// - Any status is a response, also 404 and 503; only a missing answer is an error.
/// - Redirects are not followed: a signature is good for one host.
/// - The body's limit holds while it arrives, not behind it.
/// - Cancelling the task ends the exchange.
/// - A transport does not retry; `RetryingTransport` does.
package protocol HTTPTransport: Sendable {
    /// Sends a request and waits for its answer.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

/// Why there was no answer.
package struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers decide by.
    package enum Code: Sendable {
        /// The name cannot be resolved.
        case unknownHost
        /// Nobody listens there, or nobody answers to the knocking.
        case cannotConnect
        /// The connection broke before the answer was whole.
        case connectionLost
        /// TLS could not be agreed on: the service may not speak it, or the connection broke.
        case handshake
        /// The answer took too long.
        case timedOut
        /// No trust: a certificate or a protocol version.
        case insecure
        /// The answer is larger than its reader takes.
        case tooLarge
        case cancelled
        case other
    }

    package var code: Code
    /// The address, without a query, which may hold a signature.
    package var endpoint: Endpoint
    /// What the system said, for people.
    package var detail: String

    package init(_ code: Code, _ endpoint: Endpoint, _ detail: String = "") {
        self.code = code
        self.endpoint = endpoint
        self.detail = detail
    }

    /// Whether the next attempt may go better.
    package var isTransient: Bool {
        switch code {
        case .unknownHost, .cannotConnect, .connectionLost, .handshake, .timedOut: true
        case .insecure, .tooLarge, .cancelled, .other: false
        }
    }

    package var description: String {
        let tail = detail.isEmpty ? "" : " (\(detail))"
        return switch code {
        case .unknownHost: "the host '\(endpoint.host)' cannot be found" + tail
        case .cannotConnect: "cannot connect to \(endpoint)" + tail
        case .connectionLost: "the connection to \(endpoint) broke" + tail
        case .handshake: "no TLS connection to \(endpoint) can be made" + tail
        case .timedOut: "\(endpoint) did not answer in time" + tail
        case .insecure: "the TLS connection to \(endpoint) cannot be trusted" + tail
        case .tooLarge: "the answer of \(endpoint) is too large" + tail
        case .cancelled: "the request to \(endpoint) was cancelled"
        case .other: "the request to \(endpoint) went wrong" + tail
        }
    }
}
