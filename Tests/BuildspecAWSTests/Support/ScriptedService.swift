@testable import BuildspecAWS

/// Creates a client with a scripted transport, a fixed clock and fixed credentials.
func scriptedClient(_ transport: ScriptedTransport) -> JSONClient {
    JSONClient(
        region: "eu-central-1",
        endpoints: [
            .parameterStore: Endpoint(.https, "ssm.example"),
            .secretsManager: Endpoint(.https, "secrets.example"),
        ],
        credentials: CredentialCache { () async throws(AWSError) in
            Credentials(accessKeyID: "AKIA1", secretAccessKey: "s", source: "profile 'ci'")
        },
        transport: transport,
        now: { Timestamp(seconds: 1_440_938_160) }
    )
}

/// Resolves references with a scripted transport.
func resolve(
    _ transport: ScriptedTransport,
    parameters: [String: String] = [:],
    secrets: [String: String] = [:]
) async throws(AWSError) -> [String: String] {
    func entries(_ map: [String: String]) -> [SecretReferences.Entry] {
        map.sorted { $0.key < $1.key }.map { .init(name: $0.key, reference: $0.value) }
    }
    let references = SecretReferences { () async throws(AWSError) in scriptedClient(transport) }
    do {
        return try await references.resolve(
            parameters: entries(parameters),
            secrets: entries(secrets)
        )
    } catch {
        throw error.error
    }
}

/// Returns a parameter of a response.
func parameter(_ name: String, _ value: String) -> JSONValue {
    .object(["Name": .string(name), "Value": .string(value)])
}

/// Returns a response of GetParameters.
func parametersAnswer(_ parameters: [JSONValue], invalid: [String] = []) -> HTTPResponse {
    .text(
        JSONValue.object([
            "Parameters": .array(parameters),
            "InvalidParameters": .array(invalid.map { .string($0) }),
        ]).text
    )
}

/// Returns the names in a request of GetParameters.
func askedNames(_ request: HTTPRequest) -> [String] {
    (JSONValue(request.body)?["Names"]?.array ?? []).compactMap(\.string)
}
