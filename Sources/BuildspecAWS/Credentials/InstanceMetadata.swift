/// The instance metadata service of EC2, version 2: a token first, then paths.
///
/// Version 1, which answers anybody who can make the machine send a request, is not asked.
///
/// Source: Amazon EC2 user guide, "Use the Instance Metadata Service to access instance metadata".
struct InstanceMetadata: Sendable {
    /// Why it gave nothing.
    enum Absence: Error, Equatable {
        /// Nobody asks it, or nobody answers; there are no credentials for a known reason.
        case absent(String)
        case broken(AWSError)
    }

    private let settings: Settings
    private let transport: any HTTPTransport

    init(_ settings: Settings, transport: any HTTPTransport) {
        self.settings = settings
        self.transport = transport
    }

    /// Reads paths with one token.
    ///
    /// - Parameter body: is handed a function that reads the text of a path.
    /// - Returns: what `body` returns.
    /// - Throws: why there is nothing to read, and what `body` throws.
    func read<Value: Sendable>(
        _ body: (Session) async throws(Absence) -> Value
    ) async throws(Absence) -> Value {
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
            throw .absent("the instance metadata service does not answer at \(endpoint)")
        }
        let token = response.text
        guard response.status == 200, !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .absent(
                "the instance metadata service at \(endpoint) gives no token (HTTP "
                    + "\(response.status))"
            )
        }
        return try await body(
            Session(endpoint: endpoint, token: token, timeout: timeout, transport: transport)
        )
    }

    private func endpoint() throws(Absence) -> Endpoint {
        let isDisabled: Bool
        do throws(AWSError) {
            isDisabled = try settings.flag("AWS_EC2_METADATA_DISABLED")
        } catch {
            throw .broken(error)
        }
        if isDisabled { throw .absent("AWS_EC2_METADATA_DISABLED is 'true'") }
        let name = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        if let text = settings[name] {
            guard let endpoint = Endpoint(text) else {
                throw .broken(AWSError(.badConfiguration, "\(name) is no http or https URL"))
            }
            return endpoint
        }
        return settings[name + "_MODE"]?.lowercased() == "ipv6"
            ? Endpoint(.http, "[fd00:ec2::254]") : Endpoint(.http, "169.254.169.254")
    }

    /// A second, as AWS's tools have it: where there is no such service, nobody answers at all.
    private func timeout() throws(Absence) -> Duration {
        let name = "AWS_METADATA_SERVICE_TIMEOUT"
        guard let text = settings[name] else { return .seconds(1) }
        guard let seconds = Double(text), seconds > 0, seconds <= 60 else {
            throw .broken(
                AWSError(.badConfiguration, "\(name) is no number of seconds from 0 to 60")
            )
        }
        return .milliseconds(Int(seconds * 1000) + 1)
    }

    /// The service with a token.
    struct Session: Sendable {
        let endpoint: Endpoint
        let token: String
        let timeout: Duration
        let transport: any HTTPTransport

        /// Reads the text of a path below `latest/meta-data`; `nil` if it has none.
        func text(_ path: String...) async throws(Absence) -> String? {
            var request = HTTPRequest(
                .get,
                endpoint,
                path: ["latest", "meta-data"] + path,
                headers: [.init("X-aws-ec2-metadata-token", token)]
            )
            request.timeout = timeout
            request.responseLimit = 1 << 16
            let action = "ask the instance metadata service"
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await transport.send(request)
            } catch {
                throw .broken(.network(action, error))
            }
            if response.status == 404 { return nil }
            guard response.status == 200 else {
                throw .broken(.unexplained(response, action))
            }
            return response.text
        }
    }
}
