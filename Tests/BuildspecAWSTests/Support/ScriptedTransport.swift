import Synchronization

@testable import BuildspecAWS

/// A transport that answers by a function and records its requests.
final class ScriptedTransport: HTTPTransport {
    private let requests = Mutex<[HTTPRequest]>([])
    private let answer: @Sendable (HTTPRequest, Int) throws(HTTPError) -> HTTPResponse

    /// Creates a transport.
    ///
    /// - Parameter answer: The function, which gets the request and the number of earlier requests.
    init(_ answer: @escaping @Sendable (HTTPRequest, Int) throws(HTTPError) -> HTTPResponse) {
        self.answer = answer
    }

    /// The requests so far.
    var asked: [HTTPRequest] { requests.withLock(\.self) }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let count = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try answer(request, count)
    }

    /// A transport whose use is an error.
    static let forbidden = ScriptedTransport { request, _ throws(HTTPError) in
        throw HTTPError(.other, request.endpoint, "this test must not use the network")
    }

    /// A transport on which every request times out.
    static var dead: ScriptedTransport {
        ScriptedTransport { request, _ throws(HTTPError) in
            throw HTTPError(.timedOut, request.endpoint)
        }
    }
}

extension HTTPRequest {
    /// The path without that of the endpoint, as a text.
    var pathText: String { "/" + path.joined(separator: "/") }

    /// Returns the value of the first header with a name.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

extension HTTPResponse {
    /// Returns a response with a text as its body.
    static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, body: Array(text.utf8))
    }

    /// Returns an error response in AWS's JSON form.
    static func fault(_ code: String, _ message: String = "", status: Int = 400) -> HTTPResponse {
        text(#"{"__type":"com.amazon.coral#\#(code)","message":"\#(message)"}"#, status: status)
    }
}
