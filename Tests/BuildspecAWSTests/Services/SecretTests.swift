import Testing

@testable import BuildspecAWS

/// CodeBuild user guide, "Build specification reference": env/secrets-manager.
struct `Secrets Manager` {
    private static func secret(_ text: String) -> HTTPResponse {
        .text(JSONValue.object(["SecretString": .string(text)]).text)
    }

    private let transport = ScriptedTransport { request, _ throws(HTTPError) in
        let input = JSONValue(request.body)
        switch input?["VersionStage"]?.string ?? input?["VersionId"]?.string {
        case "AWSPREVIOUS": return secret(#"{"user":"old"}"#)
        case "v-1": return secret("by id")
        default:
            return secret(
                #"{"user":"u\u00fc","port":5432.10,"on":true,"off":false,"no":null,"a":[],"o":{}}"#
            )
        }
    }

    @Test func `a secret resolves to its text, or a key or version of it`() async throws {
        let values = try await resolve(
            transport,
            secrets: [
                "USER": "db:user", "PORT": "db:port", "ON": "db:on", "OFF": "db:off:AWSCURRENT",
                "OLD": "db:user:AWSPREVIOUS", "WHOLE": "db:::v-1",
            ]
        )
        #expect(
            values == [
                "USER": "uü", "PORT": "5432.10", "ON": "true", "OFF": "false", "OLD": "old",
                "WHOLE": "by id",
            ]
        )
    }

    @Test func `a secret is requested once for each version`() async throws {
        _ = try await resolve(
            transport,
            secrets: [
                "A": "db:user", "B": "db:port:AWSCURRENT", "C": "db", "D": "db:user:AWSPREVIOUS",
            ]
        )
        let bodies = transport.asked.map { String(decoding: $0.body, as: UTF8.self) }.sorted()
        #expect(
            bodies == [
                #"{"SecretId":"db","VersionStage":"AWSCURRENT"}"#,
                #"{"SecretId":"db","VersionStage":"AWSPREVIOUS"}"#,
            ]
        )
        let targets = Set(transport.asked.map { $0.header("X-Amz-Target") })
        #expect(targets == ["secretsmanager.GetSecretValue"])
    }

    @Test(arguments: [
        ("db:none", "secret 'db' has no key 'none'; keys are case-sensitive"),
        (
            "db:no",
            "key 'no' of secret 'db' is null; only a string, a number or a boolean can be a "
                + "variable's value"
        ),
        (
            "db:a",
            "key 'a' of secret 'db' is an array; only a string, a number or a boolean can be a "
                + "variable's value"
        ),
        (
            "db:k::v-1",
            "secret 'db' is not a JSON object, so it has no key 'k'; omit the key to get the "
                + "whole text"
        ),
    ])
    func `a key that a secret cannot give is an error that shows no value`(
        reference: String,
        message: String
    ) async {
        await #expect(throws: AWSError(.badReference, message)) {
            try await resolve(transport, secrets: ["A": reference])
        }
    }

    @Test func `a binary secret resolves to base64, and its keys to those of the decoded bytes`()
        async throws
    {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .text(#"{"SecretBinary":"eyJrIjoidiJ9"}"#)
        }
        let values = try await resolve(transport, secrets: ["A": "b", "K": "b:k"])
        #expect(values == ["A": "eyJrIjoidiJ9", "K": "v"])
    }

    /// Errors of the service, each with its code and the message for the user.
    static let refusals: [(String, String, AWSError.Code, String)] = [
        (
            "ResourceNotFoundException", "Secrets Manager can't find the specified secret.",
            .notFound,
            "cannot read secret 'db': not found in region 'eu-central-1' (Secrets Manager "
                + "can't find the specified secret.); create it, or correct the name, the version "
                + "or AWS_REGION"
        ),
        (
            "ExpiredTokenException", "The security token included in the request is expired",
            .expiredCredentials,
            "cannot read secret 'db': the session of the credentials 'AKIA1' from profile 'ci' has "
                + "expired; log in again, or fetch new credentials"
        ),
        (
            "UnrecognizedClientException", "The security token included in the request is invalid.",
            .badCredentials,
            "cannot read secret 'db': the service does not accept the credentials 'AKIA1' from "
                + "profile 'ci' (The security token included in the request is invalid.); check that "
                + "the id, the secret key and the session token belong together"
        ),
        (
            "ThrottlingException", "Rate exceeded", .throttled,
            "cannot read secret 'db': the service still limits requests after several attempts "
                + "(ThrottlingException); try again later"
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20150830T123600Z is now earlier than 20150830T140000Z", .clockSkew,
            "cannot read secret 'db': this machine's clock is 7200 s behind the service's; correct it"
        ),
        (
            "DecryptionFailure", "no key", .other,
            "cannot read secret 'db': DecryptionFailure, HTTP 400: no key (request r-1)"
        ),
    ]

    @Test(arguments: refusals)
    func `a refused secret is an error with a remedy`(
        fault: String,
        detail: String,
        code: AWSError.Code,
        message: String
    ) async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            var response = HTTPResponse.fault(fault, detail)
            response.headers = [
                .init("Date", "Sun, 30 Aug 2015 14:36:00 GMT"), .init("x-amzn-RequestId", "r-1"),
            ]
            return response
        }
        await #expect(throws: AWSError(code, message)) {
            try await resolve(transport, secrets: ["A": "db"])
        }
    }

    @Test func `a proxy's response instead of a secret is an error`() async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .text("<html>login</html>", status: 407)
        }
        await #expect(
            throws: AWSError(
                .badResponse,
                "cannot read secret 'db': the response is HTTP 407 without an AWS error; check "
                    + "the endpoint and any proxy"
            )
        ) { try await resolve(transport, secrets: ["A": "db"]) }
    }

    @Test func `failures of parameters and secrets are one error`() async {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            throw HTTPError(.cannotConnect, request.endpoint)
        }
        await #expect(
            throws: AWSError(
                .network,
                """
                these values cannot be read:
                  cannot read parameters '/a', '/b': cannot connect to https://ssm.example; check \
                the endpoint, the network and any proxy
                  cannot read secret 'db': cannot connect to https://secrets.example; check the \
                endpoint, the network and any proxy
                """
            )
        ) {
            try await resolve(
                transport,
                parameters: ["A": "/a", "B": "/b"],
                secrets: ["S": "db:k", "T": "db:l"]
            )
        }
    }
}
