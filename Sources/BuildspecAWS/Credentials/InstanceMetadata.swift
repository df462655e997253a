/// A client of version 2 of EC2's instance metadata service, which needs a token to read paths.
///
/// Version 1 is not used, because it answers everyone who can make the machine send a request.
///
/// Source: Amazon EC2 user guide, "Use the Instance Metadata Service to access instance metadata".
struct InstanceMetadata: Sendable {
    /// The reason why the service has no result.
    enum Failure: Error, Equatable {
        /// The service is disabled, does not answer, or does not have the value.
        case unavailable(String)
        case failed(AWSError)
    }

    private let settings: Settings
    private let transport: any HTTPTransport

    init(_ settings: Settings, transport: any HTTPTransport) {
        self.settings = settings
        self.transport = transport
    }

    /// Reads paths with one token; fails if there is no session, or as `body` does.
    func read<Value: Sendable>(
        _ body: (Session) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let endpoint = try endpoint()
        let timeout = try timeout()
        var request = HTTPRequest(
            .put,
            endpoint,
            path: ["latest", "api", "token"],
            headers: [.init("X-aws-ec2-metadata-token-ttl-seconds", "21600")]
        )
        request.timeout = timeout
        request.responseLimit = 1 << 12
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw .unavailable("the instance metadata service does not answer at \(endpoint)")
        }
        let token = response.text
        guard response.status == 200, !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .unavailable(
                "the instance metadata service at \(endpoint) returns no token (HTTP "
                    + "\(response.status))"
            )
        }
        return try await body(
            Session(endpoint: endpoint, token: token, timeout: timeout, transport: transport)
        )
    }

    private func endpoint() throws(Failure) -> Endpoint {
        let isDisabled: Bool
        do throws(AWSError) {
            isDisabled = try settings.flag("AWS_EC2_METADATA_DISABLED")
        } catch {
            throw .failed(error)
        }
        if isDisabled { throw .unavailable("AWS_EC2_METADATA_DISABLED is 'true'") }
        let name = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        if let text = settings[name] {
            guard let endpoint = Endpoint(text) else {
                throw .failed(AWSError(.badConfiguration, "\(name) is not an http or https URL"))
            }
            return endpoint
        }
        return settings[name + "_MODE"]?.lowercased() == "ipv6"
            ? Endpoint(.http, "[fd00:ec2::254]") : Endpoint(.http, "169.254.169.254")
    }

    /// The timeout of a request: a second, as in AWS's tools, because without the service nothing
    /// answers.
    private func timeout() throws(Failure) -> Duration {
        let name = "AWS_METADATA_SERVICE_TIMEOUT"
        guard let text = settings[name] else { return .seconds(1) }
        guard let seconds = Double(text), seconds > 0, seconds <= 60 else {
            throw .failed(
                AWSError(.badConfiguration, "\(name) is not a number of seconds from 0 to 60")
            )
        }
        return .milliseconds(Int(seconds * 1000) + 1)
    }

    /// A connection to the service with a token.
    struct Session: Sendable {
        let endpoint: Endpoint
        let token: String
        let timeout: Duration
        let transport: any HTTPTransport

        /// Reads the text of a path below `latest/meta-data`; `nil` if the path does not exist.
        func text(_ path: String...) async throws(Failure) -> String? {
            var request = HTTPRequest(
                .get,
                endpoint,
                path: ["latest", "meta-data"] + path,
                headers: [.init("X-aws-ec2-metadata-token", token)]
            )
            request.timeout = timeout
            request.responseLimit = 1 << 16
            let action = "read from the instance metadata service"
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await transport.send(request)
            } catch {
                throw .failed(.network(action, error))
            }
            if response.status == 404 { return nil }
            guard response.status == 200 else {
                throw .failed(.unexplained(response, action))
            }
            return response.text
        }
    }
}
