internal import Dispatch
internal import Synchronization

/// The transport on libcurl, which is loaded with the first request.
///
/// It sends the path as it is signed, which Foundation's URLSession does not (`..` is taken out of
/// it on the way), and costs a program nothing that makes no request. Proxies are those of the
/// process's environment (`https_proxy`, `no_proxy`), as libcurl reads them.
package final class CurlTransport: HTTPTransport {
    /// Handles that are kept for their open connections.
    private static let keptHandles = 16
    /// Bodies above this are worth larger buffers than libcurl's.
    private static let largeSize = 1 << 20
    private static let bufferSize = 1 << 18
    /// Addresses on this machine's own link, which no proxy can reach.
    private static let linkLocal: Set<String> = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]",
    ]

    private let caBundle: String?
    private let idle = Mutex<[CurlHandle]>([])
    private let queue = DispatchQueue(label: "buildspec.curl", attributes: .concurrent)

    /// Makes a transport.
    ///
    /// - Parameter caBundle: a file of certificates to trust instead of the system's, as
    ///   `AWS_CA_BUNDLE` names it.
    package init(caBundle: String? = nil) {
        self.caBundle = caBundle
    }

    deinit {
        for handle in idle.withLock(\.self) { handle.close() }
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw HTTPError(.cancelled, request.endpoint) }
        let exchange = CurlExchange(
            limit: request.responseLimit,
            isHashing: request.hashesResponse
        )
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: self.outcome(of: request, exchange))
                }
            }
        } onCancel: {
            exchange.cancel()
        }
        return try outcome.get()
    }

    private func outcome(
        of request: HTTPRequest,
        _ exchange: CurlExchange
    ) -> Result<HTTPResponse, HTTPError> {
        let endpoint = request.endpoint
        guard let lines = CurlTransport.lines(request) else {
            return .failure(HTTPError(.other, endpoint, "a header has a line break in it"))
        }
        guard let handle = idle.withLock({ $0.popLast() }) ?? CurlHandle() else {
            let detail = "libcurl is not on this machine; install 'libcurl4'"
            return .failure(HTTPError(.other, endpoint, detail))
        }
        handle.reset()
        configure(handle, request)
        let hasBody = !request.body.isEmpty || [.post, .put].contains(request.method)
        let code = handle.perform(lines, body: hasBody ? request.body : nil, exchange)
        defer { keep(handle) }
        guard code == 0 else {
            return .failure(error(code, handle, request, exchange))
        }
        var response = HTTPResponse(status: handle.status, headers: exchange.headers)
        (response.body, response.bodySHA256) = exchange.takenBody()
        return .success(response)
    }

    private func configure(_ handle: CurlHandle, _ request: HTTPRequest) {
        let milliseconds = max(1, Int(request.timeout / .milliseconds(1)))
        handle.set(.url, request.url)
        handle.set(.protocols, 3)
        handle.set(.httpVersion, 2)
        handle.set(.pathAsIs, 1)
        handle.set(.noSignal, 1)
        handle.set(.noProgress, 0)
        handle.set(.tcpKeepAlive, 1)
        handle.set(.timeoutMilliseconds, milliseconds)
        let knock = request.stallTimeout.map { Int($0 / .milliseconds(1)) } ?? 10_000
        handle.set(.connectTimeoutMilliseconds, max(1, min(milliseconds, knock, 10_000)))
        if let stall = request.stallTimeout {
            handle.set(.lowSpeedLimit, 1_000)
            handle.set(.lowSpeedTime, max(1, Int(stall.components.seconds)))
        }
        if request.responseLimit > CurlTransport.largeSize {
            handle.set(.bufferSize, CurlTransport.bufferSize)
        }
        if request.body.count > CurlTransport.largeSize {
            handle.set(.uploadBufferSize, CurlTransport.bufferSize)
        }
        switch request.method {
        case .head: handle.set(.noBody, 1)
        case .get where request.body.isEmpty: handle.set(.httpGet, 1)
        case .post: handle.set(.post, 1)
        default: handle.set(.customRequest, request.method.rawValue)
        }
        if let caBundle { handle.set(.caInfo, caBundle) }
        if CurlTransport.linkLocal.contains(request.endpoint.host) { handle.set(.noProxy, "*") }
    }

    /// The headers as libcurl takes them; `nil` if one would begin a header of its own.
    private static func lines(_ request: HTTPRequest) -> [String]? {
        // Nothing that was not asked for: no form's type, and no waiting for '100 Continue'.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for header in request.headers {
            let line = header.value.isEmpty ? header.name + ";" : "\(header.name): \(header.value)"
            if line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) { return nil }
            lines.append(line)
        }
        return lines
    }

    private func keep(_ handle: CurlHandle) {
        let isKept = idle.withLock { idle in
            if idle.count >= CurlTransport.keptHandles { return false }
            idle.append(handle)
            return true
        }
        if !isKept { handle.close() }
    }

    private func error(
        _ code: CInt,
        _ handle: CurlHandle,
        _ request: HTTPRequest,
        _ exchange: CurlExchange
    ) -> HTTPError {
        if exchange.isCancelled { return HTTPError(.cancelled, request.endpoint) }
        if exchange.isTooLarge {
            let detail = "more than \(request.responseLimit) bytes"
            return HTTPError(.tooLarge, request.endpoint, detail)
        }
        let reason: HTTPError.Code =
            switch code {
            case 5, 6: .unknownHost
            case 7: .cannotConnect
            case 28: .timedOut
            // One that breaks is told like one that cannot agree; the former may pass.
            case 35: .handshake
            case 16, 18, 52, 55, 56, 92: .connectionLost
            case 53, 54, 58, 59, 60, 66, 77, 83, 90, 91: .insecure
            default: .other
            }
        return HTTPError(reason, request.endpoint, handle.description(of: code))
    }
}
