/// An error of AWS or its configuration, with a message that says what happened and what to do.
public struct AWSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers distinguish.
    public enum Code: Sendable {
        /// No source has credentials.
        case noCredentials
        /// The credentials are malformed, or the service does not know them.
        case badCredentials
        /// The credentials have expired.
        case expiredCredentials
        /// A known source of credentials that buildspec does not support.
        case unsupported
        /// No source names a region.
        case noRegion
        /// A file or a variable has an invalid value.
        case badConfiguration
        /// A reference is malformed or does not match the secret.
        case badReference
        /// The service knows the credentials and refuses the request.
        case denied
        /// No object has the name.
        case notFound
        /// The service limits requests.
        case throttled
        /// This machine's clock differs too much from the service's.
        case clockSkew
        /// There is no response.
        case network
        /// The response is not what the service's interface describes.
        case badResponse
        /// The response exceeds the limit.
        case tooLarge
        /// The task was cancelled.
        case cancelled
        /// Anything else.
        case other
    }

    /// The reason, for decisions of callers.
    public var code: Code
    /// Lower case, no full stop, the remedy after a semicolon; several errors are several lines.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    /// Joins errors to one; several have a line for each different message after `summary`.
    static func joined(_ errors: [AWSError], _ summary: String) -> AWSError {
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
            case .handshake: "; check that the endpoint uses TLS, or write its URL with 'http://'"
            case .insecure: "; check the endpoint's certificate and the machine's CA certificates"
            default: ""
            }
        return AWSError(.network, "cannot \(action): \(error)\(remedy)")
    }

    static func badResponse(_ action: String, _ detail: String) -> AWSError {
        AWSError(
            .badResponse,
            "cannot \(action): \(detail); check that the endpoint is the right service's"
        )
    }
}
