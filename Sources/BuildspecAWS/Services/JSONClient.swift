/// Calls the actions of services that speak AWS JSON 1.1.
package struct JSONClient: Sendable {
    /// What a service answered.
    enum Answer: Sendable {
        case value(JSONValue)
        /// It refused; the credentials say who asked.
        case fault(ServiceFault, Credentials)
    }

    /// Where the services answer.
    let region: String
    let endpoints: [AWSService: Endpoint]
    let credentials: CredentialCache
    let transport: any HTTPTransport
    let now: @Sendable () -> Timestamp

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - region: the region of all calls.
    ///   - endpoints: where each service that will be called answers.
    ///   - credentials: who signs.
    ///   - transport: what sends, retries included.
    ///   - now: the wall clock.
    package init(
        region: String,
        endpoints: [AWSService: Endpoint],
        credentials: CredentialCache,
        transport: any HTTPTransport,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.region = region
        self.endpoints = endpoints
        self.credentials = credentials
        self.transport = transport
        self.now = now
    }

    /// Calls an action, once more with new credentials if those at hand have expired.
    ///
    /// - Parameters:
    ///   - service: the service.
    ///   - target: the action with the name of the service's interface in front.
    ///   - input: an object.
    ///   - action: what it is for, as an infinitive, for errors.
    /// - Returns: the answer or the refusal.
    /// - Throws: when there are no credentials or no answer.
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
            throw AWSError(.badConfiguration, "cannot \(action): its service has no endpoint")
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
            service: service.signingName,
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
            throw .badResponse(action, "the answer of \(endpoint) is no JSON object")
        }
        if let fault = ServiceFault(response) { return .fault(fault, credentials) }
        throw .unexplained(response, action)
    }
}
