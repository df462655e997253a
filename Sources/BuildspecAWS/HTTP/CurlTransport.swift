internal import Dispatch
internal import Synchronization

/// A transport on libcurl, which is loaded with the first request.
///
/// libcurl sends the path as it is signed; Foundation's URLSession removes `..` from the path. A
/// program that makes no request does not load libcurl. Proxies are those of the process's
/// environment (`https_proxy`, `no_proxy`), as libcurl reads them.
final class CurlTransport: HTTPTransport {
    /// The number of idle handles that stay open for their connections.
    private static let maxIdleHandles = 16
    /// The size in bytes above which a body gets larger buffers than libcurl's default.
    private static let largeSize = 1 << 20
    private static let bufferSize = 1 << 18
    /// The protocols that a transfer can use.
    private static let httpAndHTTPS = 3  // CURLPROTO_HTTP | CURLPROTO_HTTPS
    private static let http1 = 2  // CURL_HTTP_VERSION_1_1
    /// Link-local addresses, which no proxy can reach.
    private static let linkLocal: Set<String> = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]",
    ]

    private let caBundle: String?
    private let idle = Mutex<[CurlHandle]>([])
    private let queue = DispatchQueue(label: "buildspec.curl", attributes: .concurrent)

    /// Creates a transport that trusts the certificates in `caBundle` instead of the system's.
    init(caBundle: String? = nil) {
        self.caBundle = caBundle
    }

    deinit {
        for handle in idle.withLock(\.self) { handle.close() }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw HTTPError(.cancelled, request.endpoint) }
        let exchange = CurlExchange(limit: request.responseLimit, isHashing: request.hashesResponse)
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
            return .failure(HTTPError(.other, endpoint, "a header has a line break"))
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
        (response.body, response.bodySHA256) = exchange.consumeBody()
        return .success(response)
    }

    private func configure(_ handle: CurlHandle, _ request: HTTPRequest) {
        let milliseconds = max(1, Int(request.timeout / .milliseconds(1)))
        handle.set(.url, request.url)
        handle.set(.protocols, Self.httpAndHTTPS)
        handle.set(.httpVersion, Self.http1)
        handle.set(.pathAsIs, 1)
        handle.set(.noSignal, 1)
        handle.set(.noProgress, 0)
        handle.set(.tcpKeepAlive, 1)
        handle.set(.timeoutMilliseconds, milliseconds)
        let connect = request.stallTimeout.map { Int($0 / .milliseconds(1)) } ?? 10_000
        handle.set(.connectTimeoutMilliseconds, max(1, min(milliseconds, connect, 10_000)))
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

    /// The header lines in libcurl's form; `nil` if a line break in a value would start another
    /// header.
    private static func lines(_ request: HTTPRequest) -> [String]? {
        // Removes libcurl's defaults: the wait for '100 Continue' and the content type of forms.
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
            if idle.count >= CurlTransport.maxIdleHandles { return false }
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
        let reason = CurlCode(rawValue: code)?.errorCode ?? .other
        return HTTPError(reason, request.endpoint, handle.description(of: code))
    }
}
