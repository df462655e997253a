/// A client for services with the protocol AWS JSON 1.1.
struct JSONClient: Sendable {
    /// The response of a service.
    enum Answer: Sendable {
        case value(JSONValue)
        /// A refusal, with the credentials that signed the request.
        case fault(ServiceFault, Credentials)
    }

    let region: String
    /// The endpoint of each service that is called.
    let endpoints: [AWSService: Endpoint]
    let credentials: CredentialCache
    /// The transport, which retries.
    let transport: any HTTPTransport
    var now: @Sendable () -> Timestamp = Timestamp.now

    /// Calls an action, and again with new credentials if the current ones have expired.
    ///
    /// `target` is the action after the name of the service's interface, `input` a JSON object, and
    /// `action` the purpose as an infinitive, for errors.
    func call(
        _ service: AWSService,
        _ target: String,
        _ input: JSONValue,
        to action: String
    ) async throws(AWSError) -> Answer {
        let first = try await credentials.credentials()
        let answer = try await call(service, target, input, first, action)
        guard case .fault(let fault, _) = answer, fault.isExpiry else { return answer }
        await credentials.forget(first)
        let second = try await credentials.credentials()
        return second == first ? answer : try await call(service, target, input, second, action)
    }

    private func call(
        _ service: AWSService,
        _ target: String,
        _ input: JSONValue,
        _ credentials: Credentials,
        _ action: String
    ) async throws(AWSError) -> Answer {
        guard let endpoint = endpoints[service] else {
            throw AWSError(.badConfiguration, "cannot \(action): the service has no endpoint")
        }
        let request = HTTPRequest(
            .post,
            endpoint,
            headers: [
                .init("Content-Type", "application/x-amz-json-1.1"),
                .init("X-Amz-Target", target),
            ],
            body: Array(input.text.utf8)
        )
        let signer = SigV4(
            credentials: credentials,
            region: region,
            service: service.name,
            time: now()
        )
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(signer.signed(request))
        } catch {
            throw .network(action, error)
        }
        if response.isSuccess {
            if let value = JSONValue(response.body), case .object = value { return .value(value) }
            throw .badResponse(action, "the response of \(endpoint) is not a JSON object")
        }
        if let fault = ServiceFault(response) { return .fault(fault, credentials) }
        throw .unexplained(response, action)
    }
}
