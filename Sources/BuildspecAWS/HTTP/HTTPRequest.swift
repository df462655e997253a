/// A request as lists of names and values, not encoded yet, so that the signed and the sent request
/// are the same.
struct HTTPRequest: Sendable, Equatable {
    /// The methods that AWS's protocols use.
    enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// A header, whose name is compared without case.
    struct Header: Sendable, Equatable {
        var name: String
        var value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A name and value of the query.
    struct QueryItem: Sendable, Equatable {
        var name: String
        var value: String

        init(_ name: String, _ value: String = "") {
            self.name = name
            self.value = value
        }
    }

    var method: Method
    var endpoint: Endpoint
    /// The names between the slashes after the endpoint's path; a last empty name is a final slash.
    var path: [String]
    var query: [QueryItem]
    /// The headers without `Host` and `Content-Length`, which the transport adds.
    var headers: [Header]
    var body: [UInt8]
    var timeout = Duration.seconds(30)
    /// How long an exchange of less than a kilobyte a second lasts before it counts as broken.
    var stallTimeout: Duration?
    /// How often the request is sent at most if nothing answers; `nil` leaves that to the policy.
    var unansweredAttempts: Int?
    /// The largest accepted body of the response, in bytes.
    var responseLimit = 8 << 20
    /// Whether the body of the response is hashed as it arrives.
    var hashesResponse = false

    init(
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
    }

    /// The names of the endpoint's path and of the request's path.
    var fullPath: [String] { endpoint.path + path }

    /// The encoded URL that a transport sends.
    var url: String {
        let tail = query.isEmpty ? "" : "?" + PercentEncoding.query(query)
        return "\(endpoint.scheme.rawValue)://\(endpoint.authority)"
            + PercentEncoding.path(fullPath) + tail
    }
}

/// A response: status, headers and the whole body.
struct HTTPResponse: Sendable, Equatable {
    var status: Int
    var headers: [HTTPRequest.Header] = []
    var body: [UInt8] = []
    /// The SHA-256 of the body, if the request asked for it and the transport can compute it.
    var bodySHA256: [UInt8]?

    /// The value of the first header with a name, compared without case.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    var text: String { String(decoding: body, as: UTF8.self) }

    var isSuccess: Bool { (200..<300).contains(status) }
}
