internal import SystemPackage

/// A proxy that spoils some of the exchanges with a server on this machine.
///
/// See `Tests/Services/faulty-proxy.py`.
package struct FaultyProxy: Sendable {
    /// The way in which an exchange is spoiled.
    package enum Fault: String, Sendable, CaseIterable {
        /// The connection is reset before an answer.
        case reset
        /// The answer breaks off in the middle of its body.
        case truncate
        /// The answer's body has a wrong byte.
        case corrupt
        /// The answer is 503.
        case busy
        /// There is no answer until the client disconnects.
        case stall
        /// The server's clock is two hours ahead, and it refuses requests with another time.
        case skew
    }

    /// The URL of the proxy.
    package let url: String
    private let log: TemporaryDirectory

    /// Returns a line for each request: its method, a tab, its path and its query.
    package func requests() throws -> [String] {
        try (log.read("requests") ?? "").split(separator: "\n").map(String.init)
    }

    /// Starts a proxy, and stops it when `body` returns.
    ///
    /// - Parameters:
    ///   - target: The URL of the server.
    ///   - fault: The way in which exchanges are spoiled; `nil` spoils none.
    ///   - period: The proxy spoils one of this many exchanges.
    ///   - method: The method of the exchanges that are spoiled; `nil` stands for any.
    ///   - body: The closure that uses the proxy.
    /// - Throws: An error if the proxy does not start, or the error of `body`.
    package static func run(
        _ target: String,
        _ fault: Fault?,
        period: Int = 1,
        method: String? = nil,
        _ body: (FaultyProxy) async throws -> Void
    ) async throws {
        let log = try TemporaryDirectory()
        let arguments = [
            target, fault?.rawValue ?? "none", String(period), method ?? "",
            log.path.appending("requests").string,
        ]
        try await PythonServer.run(service: "faulty-proxy.py", arguments) { port throws in
            try await body(FaultyProxy(url: "http://127.0.0.1:\(port)", log: log))
        }
    }
}
