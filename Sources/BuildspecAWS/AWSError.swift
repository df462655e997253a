/// Something of AWS that did not work, in words for people: what, where and what to do.
public struct AWSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers decide by.
    public enum Code: Sendable {
        /// Nobody has credentials for us.
        case noCredentials
        /// There are some, but they are not well-formed or the service does not know them.
        case badCredentials
        /// They were well once.
        case expiredCredentials
        /// A known way to credentials that is not supported here.
        case unsupported
        /// Nobody names a region.
        case noRegion
        /// A file or a variable that says something impossible.
        case badConfiguration
        /// A reference that cannot be read.
        case badReference
        /// The service knows us and refuses.
        case denied
        /// There is nothing of the name.
        case notFound
        /// The service wants fewer requests.
        case throttled
        /// This machine's clock is too far from the service's.
        case clockSkew
        /// There was no answer.
        case network
        /// There was one, and it makes no sense.
        case badResponse
        /// The answer is larger than it may be.
        case tooLarge
        /// The task was cancelled.
        case cancelled
        /// Anything else.
        case other
    }

    /// Why, for a decision.
    public var code: Code
    /// Lower case, no full stop, the remedy behind a semicolon; several errors are several lines.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    /// One error for all that went wrong.
    ///
    /// - Parameters:
    ///   - errors: at least one.
    ///   - summary: what stands above them if there are several.
    /// - Returns: the one, or an error with a line for each different one.
    package static func joined(_ errors: [AWSError], _ summary: String) -> AWSError {
        var lines: [String] = []
        for error in errors where !lines.contains(error.message) { lines.append(error.message) }
        let code = errors.first?.code ?? .other
        if lines.count <= 1 { return AWSError(code, lines.first ?? summary) }
        return AWSError(code, summary + "\n" + lines.map { "  " + $0 }.joined(separator: "\n"))
    }
}

extension AWSError {
    static func malformedCredentials(
        _ name: String,
        _ source: String,
        _ fault: String
    ) -> AWSError {
        AWSError(
            .badCredentials,
            "\(name) of the AWS credentials from \(source) \(fault); copy it again"
        )
    }

    static func network(_ action: String, _ error: HTTPError) -> AWSError {
        if error.code == .cancelled { return AWSError(.cancelled, "cannot \(action): \(error)") }
        if error.code == .tooLarge { return AWSError(.tooLarge, "cannot \(action): \(error)") }
        let remedy =
            switch error.code {
            case .unknownHost: "; check the region, the endpoint and the network"
            case .cannotConnect, .timedOut: "; check the endpoint, the network and any proxy"
            case .connectionLost: "; try again"
            case .handshake: "; check that it speaks TLS, or write its URL with 'http://'"
            case .insecure: "; check the endpoint's certificate and the machine's CA certificates"
            default: ""
            }
        return AWSError(.network, "cannot \(action): \(error)\(remedy)")
    }

    static func badResponse(_ action: String, _ detail: String) -> AWSError {
        AWSError(
            .badResponse,
            "cannot \(action): \(detail); check that the endpoint belongs to AWS"
        )
    }
}
