import BuildspecAWS
import Synchronization

/// A transport that answers by a function and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    private let requests = Mutex<[HTTPRequest]>([])
    private let answer: @Sendable (HTTPRequest, Int) throws(HTTPError) -> HTTPResponse

    /// Makes a transport.
    ///
    /// - Parameter answer: is handed the request and how many came before it.
    init(_ answer: @escaping @Sendable (HTTPRequest, Int) throws(HTTPError) -> HTTPResponse) {
        self.answer = answer
    }

    /// What was asked so far.
    var asked: [HTTPRequest] { requests.withLock(\.self) }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let count = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try answer(request, count)
    }

    /// A transport that nobody may use.
    static let forbidden = ScriptedTransport { request, _ throws(HTTPError) in
        throw HTTPError(.other, request.endpoint, "this test must not use the network")
    }

    /// A network in which nobody answers.
    static var dead: ScriptedTransport {
        ScriptedTransport { request, _ throws(HTTPError) in
            throw HTTPError(.timedOut, request.endpoint)
        }
    }
}

extension HTTPRequest {
    /// The path as one text, without the endpoint's.
    var pathText: String { "/" + path.joined(separator: "/") }

    /// The first header of a name.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

extension HTTPResponse {
    /// A response with a text.
    static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, body: Array(text.utf8))
    }

    /// A refusal in AWS's JSON form.
    static func fault(_ code: String, _ message: String = "", status: Int = 400) -> HTTPResponse {
        text(#"{"__type":"com.amazon.coral#\#(code)","message":"\#(message)"}"#, status: status)
    }
}
