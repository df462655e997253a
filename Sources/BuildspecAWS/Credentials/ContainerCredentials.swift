internal import BuildspecFiles

/// Credentials from the endpoint that ECS, EKS and CodeBuild give a container.
///
/// Source: AWS SDKs and tools reference guide, "Container credential provider".
struct ContainerCredentials: CredentialProvider {
    private let settings: Settings
    private let transport: any HTTPTransport

    init(_ settings: Settings, transport: any HTTPTransport) {
        self.settings = settings
        self.transport = transport
    }

    private static let relativeName = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let fullName = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    /// The addresses of the agents of ECS and EKS, which use no TLS.
    private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]

    func lookUp() async throws(AWSError) -> CredentialLookup {
        guard var request = try request() else {
            return .absent("\(Self.relativeName) and \(Self.fullName) are not set")
        }
        if let token = try token() {
            request.headers.append(.init("Authorization", token))
        }
        request.headers.append(.init("Accept", "application/json"))
        request.timeout = .seconds(5)
        request.responseLimit = 1 << 16
        let source = "the container endpoint at \(request.endpoint)"
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw .network("get credentials from \(source)", error)
        }
        guard response.isSuccess else { throw refused(response, source) }
        return .found(try EndpointCredentials.parse(response.body, source: source))
    }

    private func request() throws(AWSError) -> HTTPRequest? {
        let isRelative = settings[Self.relativeName] != nil
        let name = isRelative ? Self.relativeName : Self.fullName
        guard let text = settings[name] else { return nil }
        let whole = isRelative ? "http://169.254.170.2" + text : text
        let (address, query) = Self.splitQuery(whole)
        guard !isRelative || text.hasPrefix("/"), let endpoint = Endpoint(address), let query else {
            throw AWSError(
                .badConfiguration,
                "\(name) is not \(isRelative ? "a path" : "an http or https URL"); the service "
                    + "that runs the container sets it"
            )
        }
        guard endpoint.scheme == .https || Self.allowsPlainHTTP(endpoint.host) else {
            throw AWSError(
                .badConfiguration,
                "\(name) names '\(endpoint.host)' without TLS, which is neither this machine nor "
                    + "an agent of AWS; use https"
            )
        }
        return HTTPRequest(.get, endpoint, query: query)
    }

    /// Divides a URL at `?` into the address and the query; the query is `nil` if it is encoded.
    private static func splitQuery(_ text: String) -> (String, [HTTPRequest.QueryItem]?) {
        guard let mark = text.firstIndex(of: "?") else { return (text, []) }
        let items = text[text.index(after: mark)...].split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return HTTPRequest.QueryItem(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        let isPlain = !text[mark...].contains { $0 == "%" || $0 == "+" || $0 == "#" }
        return (String(text[..<mark]), isPlain ? items : nil)
    }

    private static func allowsPlainHTTP(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" || agents.contains(host) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Reads the token, from its file each time if there is one, because agents replace it.
    private func token() throws(AWSError) -> String? {
        let name = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        guard let path = settings[name + "_FILE"] else { return try checked(settings[name], name) }
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try AtomicFile.read(PathBytes(path), limit: 1 << 16)
        } catch {
            throw AWSError(.badConfiguration, "\(error); \(name)_FILE names it")
        }
        guard let bytes else {
            throw AWSError(.badConfiguration, "\(name)_FILE names '\(path)', which does not exist")
        }
        return try checked(String(decoding: bytes, as: UTF8.self), name + "_FILE")
    }

    private func checked(_ token: String?, _ name: String) throws(AWSError) -> String? {
        guard let token else { return nil }
        // A line break in a header's value would start another header.
        if token.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return token }
        throw AWSError(
            .badConfiguration,
            "the token of \(name) has a line break or another character that is not allowed in a "
                + "header"
        )
    }

    private func refused(_ response: HTTPResponse, _ source: String) -> AWSError {
        AWSError(
            .noCredentials,
            "\(source) answers HTTP \(response.status) instead of credentials; check the role "
                + "of the task or pod"
        )
    }
}
