internal import SystemPackage

/// A proxy in front of a server on this machine that spoils some of the exchanges.
///
/// See `Tests/Services/faulty-proxy.py`.
package struct FaultyProxy: Sendable {
    /// How an exchange is spoiled.
    package enum Fault: String, Sendable, CaseIterable {
        /// The connection is reset before an answer.
        case reset
        /// The answer breaks off in the middle of its body.
        case truncate
        /// The answer's body has a wrong byte.
        case corrupt
        /// The answer is 503.
        case busy
        /// There is no answer until the client goes.
        case stall
        /// The server's clock is two hours ahead, and it refuses who is not with it.
        case skew
    }

    /// Where it answers.
    package let url: String
    private let log: TemporaryDirectory

    /// Every request so far: its method, a tab, its path and its query.
    package func requests() throws -> [String] {
        try (log.read("requests") ?? "").split(separator: "\n").map(String.init)
    }

    /// Starts a proxy, and stops it when `body` returns.
    ///
    /// - Parameters:
    ///   - target: the server's URL.
    ///   - fault: how exchanges are spoiled; `nil` only notes the requests.
    ///   - period: one of so many exchanges is spoiled; 1 spoils all.
    ///   - method: only exchanges of this method are spoiled; `nil` is any.
    ///   - body: what uses it.
    /// - Throws: when it cannot start, and what `body` throws.
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
