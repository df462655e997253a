/// A request as lists of names and values, not encoded yet, so that the signed and the sent request
/// are the same.
package struct HTTPRequest: Sendable, Equatable {
    /// The methods that AWS's protocols use.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// A header, whose name is compared without case.
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A name and value of the query.
    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String = "") {
            self.name = name
            self.value = value
        }
    }

    package var method: Method
    package var endpoint: Endpoint
    /// The names between the slashes after the endpoint's path; a last empty name is a final slash.
    package var path: [String]
    package var query: [QueryItem]
    /// The headers without `Host` and `Content-Length`, which the transport adds.
    package var headers: [Header]
    package var body: [UInt8]
    /// The limit for the whole exchange.
    package var timeout: Duration
    /// How long an exchange of less than a kilobyte a second lasts before it counts as broken.
    package var stallTimeout: Duration?
    /// How often the request is sent at most if nothing answers; `nil` leaves that to the policy.
    package var unansweredAttempts: Int?
    /// The largest accepted body of the response, in bytes.
    package var responseLimit: Int
    /// Whether the body of the response is hashed as it arrives.
    package var hashesResponse = false

    package init(
        _ method: Method,
        _ endpoint: Endpoint,
        path: [String] = [],
        query: [QueryItem] = [],
        headers: [Header] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.endpoint = endpoint
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        timeout = .seconds(30)
        responseLimit = 8 << 20
    }

    /// A copy of the request with another timeout and response limit.
    package func bounded(timeout: Duration, responseLimit: Int) -> HTTPRequest {
        var request = self
        request.timeout = timeout
        request.responseLimit = responseLimit
        return request
    }

    /// The names of the endpoint's path and of the request's path.
    var fullPath: [String] { endpoint.path + path }

    /// The encoded URL that a transport sends.
    package var url: String {
        let tail = query.isEmpty ? "" : "?" + PercentEncoding.query(query)
        return "\(endpoint.scheme.rawValue)://\(endpoint.authority)"
            + PercentEncoding.path(fullPath) + tail
    }
}

/// A response: status, headers and the whole body.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: [HTTPRequest.Header]
    package var body: [UInt8]
    /// The SHA-256 of the body, if the request asked for it and the transport can compute it.
    package var bodySHA256: [UInt8]?

    package init(status: Int, headers: [HTTPRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header with a name, compared without case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }

    package var isSuccess: Bool { (200..<300).contains(status) }
}
