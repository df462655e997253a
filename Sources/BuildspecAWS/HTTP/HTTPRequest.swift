/// One request, as lists: nothing in it is encoded yet, so that what is signed is what is sent.
package struct HTTPRequest: Sendable, Equatable {
    /// The methods that AWS's protocols use.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// A header; names are compared without case.
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One name and value of the query.
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
    /// The names between the slashes, without the endpoint's own; a last empty one is a final slash.
    package var path: [String]
    package var query: [QueryItem]
    /// Without `Host` and `Content-Length`, which belong to the transport.
    package var headers: [Header]
    package var body: [UInt8]
    /// How long the whole exchange may take.
    package var timeout: Duration
    /// How long it may crawl, at less than a kilobyte a second, before it counts as broken.
    package var stallTimeout: Duration?
    /// How often it is sent at most when nobody answers; `nil` leaves that to the policy.
    package var mostKnocks: Int?
    /// The largest body of an answer, in bytes, that is taken.
    package var responseLimit: Int
    /// Whether the body of the answer is hashed while it comes.
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

    /// The same request with other bounds.
    package func bounded(timeout: Duration, responseLimit: Int) -> HTTPRequest {
        var request = self
        request.timeout = timeout
        request.responseLimit = responseLimit
        return request
    }

    /// The names of the endpoint's path and the request's.
    var fullPath: [String] { endpoint.path + path }

    /// The encoded URL that a transport sends.
    package var url: String {
        let tail = query.isEmpty ? "" : "?" + PercentEncoding.query(query)
        return "\(endpoint.scheme.rawValue)://\(endpoint.authority)"
            + PercentEncoding.path(fullPath) + tail
    }
}

/// What came back: a status, headers and a whole body.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: [HTTPRequest.Header]
    package var body: [UInt8]
    /// The SHA-256 of the body as it came, where that was asked for and the transport does it.
    package var bodySHA256: [UInt8]?

    package init(status: Int, headers: [HTTPRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }

    package var isSuccess: Bool { (200..<300).contains(status) }
}
