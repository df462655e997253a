internal import Foundation
internal import Synchronization

#if canImport(FoundationNetworking)
    internal import FoundationNetworking
#endif

/// The transport on Foundation's URLSession; connections are kept and shared.
package final class URLSessionTransport: HTTPTransport {
    private let session: URLSession
    private let exchanges = Exchanges()

    package init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.httpMaximumConnectionsPerHost = 16
        session = URLSession(
            configuration: configuration,
            delegate: exchanges,
            delegateQueue: nil
        )
    }

    deinit {
        // The session holds its delegate until it is told that it is done.
        session.finishTasksAndInvalidate()
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        guard let url = URL(string: request.url) else {
            throw HTTPError(.other, request.endpoint, "it makes no URL")
        }
        var message = URLRequest(url: url)
        message.httpMethod = request.method.rawValue
        message.httpBody = request.body.isEmpty ? nil : Data(request.body)
        for header in request.headers {
            message.addValue(header.value, forHTTPHeaderField: header.name)
        }
        let task = session.dataTask(with: message)
        let outcome = await withTaskGroup(of: Exchanges.Outcome?.self) { group in
            group.addTask { await self.exchanges.outcome(of: task, request) }
            // Foundation's own timeout has whole seconds and begins anew with every byte.
            group.addTask {
                let slept: Void? = try? await Task.sleep(for: request.timeout)
                return slept.map { .failure(HTTPError(.timedOut, request.endpoint)) }
            }
            let first = await group.next().flatMap(\.self)
            group.cancelAll()
            return first ?? .failure(HTTPError(.cancelled, request.endpoint))
        }
        return try outcome.get()
    }
}

/// What is under way in a session, by the task's number.
private final class Exchanges: NSObject, URLSessionDataDelegate {
    typealias Outcome = Result<HTTPResponse, HTTPError>

    private struct Exchange {
        var request: HTTPRequest
        var response = HTTPResponse(status: 0)
        var isTooLarge = false
        var continuation: CheckedContinuation<Outcome, Never>
    }

    private let running = Mutex<[Int: Exchange]>([:])

    func outcome(of task: URLSessionDataTask, _ request: HTTPRequest) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                running.withLock {
                    $0[task.taskIdentifier] = Exchange(
                        request: request,
                        continuation: continuation
                    )
                }
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse {
            running.withLock {
                $0[dataTask.taskIdentifier]?.response.status = response.statusCode
                $0[dataTask.taskIdentifier]?.response.headers = response.allHeaderFields.map {
                    .init("\($0.key)", "\($0.value)")
                }
            }
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = running.withLock { running in
            let number = dataTask.taskIdentifier
            guard let exchange = running[number] else { return false }
            if exchange.response.body.count + data.count > exchange.request.responseLimit {
                running[number]?.isTooLarge = true
                return true
            }
            running[number]?.response.body.append(contentsOf: data)
            return false
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        didCompleteWithError error: (any Error)?
    ) {
        let ended = running.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        guard let ended else { return }
        let endpoint = ended.request.endpoint
        if ended.isTooLarge {
            let limit = "more than \(ended.request.responseLimit) bytes"
            ended.continuation.resume(returning: .failure(.init(.tooLarge, endpoint, limit)))
        } else if let error {
            ended.continuation.resume(returning: .failure(Self.error(error, endpoint)))
        } else {
            ended.continuation.resume(returning: .success(ended.response))
        }
    }

    private static func error(_ error: any Error, _ endpoint: Endpoint) -> HTTPError {
        let code: HTTPError.Code =
            switch (error as? URLError)?.code {
            case .cannotFindHost, .dnsLookupFailed: .unknownHost
            case .cannotConnectToHost, .notConnectedToInternet: .cannotConnect
            case .networkConnectionLost, .badServerResponse, .zeroByteResource: .connectionLost
            case .timedOut: .timedOut
            case .secureConnectionFailed, .serverCertificateUntrusted,
                .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
                .clientCertificateRejected:
                .insecure
            case .cancelled: .cancelled
            default: .other
            }
        return HTTPError(code, endpoint, error.localizedDescription)
    }
}
