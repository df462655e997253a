import Testing

@testable import BuildspecAWS

/// A client with a scripted transport, a fixed clock and fixed credentials.
private func client(_ transport: ScriptedTransport) -> JSONClient {
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

private func resolve(
    _ transport: ScriptedTransport,
    parameters: [String: String] = [:],
    secrets: [String: String] = [:]
) async throws(AWSError) -> [String: String] {
    func entries(_ map: [String: String]) -> [SecretReferences.Entry] {
        map.sorted { $0.key < $1.key }.map { .init(name: $0.key, reference: $0.value) }
    }
    let references = SecretReferences { () async throws(AWSError) in client(transport) }
    return try await references.resolve(
        parameters: entries(parameters),
        secrets: entries(secrets)
    )
}

private func parameter(_ name: String, _ value: String) -> JSONValue {
    .object(["Name": .string(name), "Value": .string(value)])
}

private func answer(_ parameters: [JSONValue], invalid: [String] = []) -> HTTPResponse {
    .text(
        JSONValue.object([
            "Parameters": .array(parameters),
            "InvalidParameters": .array(invalid.map { .string($0) }),
        ]).text
    )
}

private func names(_ request: HTTPRequest) -> [String] {
    (JSONValue(request.body)?["Names"]?.array ?? []).compactMap(\.string)
}

/// AWS Systems Manager API reference, GetParameters.
struct `Parameters` {
    @Test func `are asked for with decryption, by a signed request`() async throws {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in answer([parameter("/a", "1")])
        }
        #expect(try await resolve(transport, parameters: ["A": "/a"]) == ["A": "1"])
        let request = try #require(transport.asked.first)
        #expect(request.url == "https://ssm.example/")
        #expect(request.header("X-Amz-Target") == "AmazonSSM.GetParameters")
        #expect(request.header("Content-Type") == "application/x-amz-json-1.1")
        #expect(request.body == Array(#"{"Names":["/a"],"WithDecryption":true}"#.utf8))
        let prefix =
            "AWS4-HMAC-SHA256 Credential=AKIA1/20150830/eu-central-1/ssm/aws4_request, "
            + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
        #expect(request.header("Authorization")?.hasPrefix(prefix) == true)
    }

    @Test func `go in batches of ten, are matched by name, and each is asked for once`()
        async throws
    {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            answer(names(request).reversed().map { parameter($0, "v" + $0) })
        }
        let numbers = 0..<25
        var wanted = Dictionary(uniqueKeysWithValues: numbers.map { ("N\($0)", "/p/\($0)") })
        wanted["TWIN"] = "/p/7"
        let values = try await resolve(transport, parameters: wanted)
        #expect(values == wanted.mapValues { "v" + $0 })
        #expect(transport.asked.map { names($0).count }.sorted() == [5, 10, 10])
    }

    @Test func `may have a version or be an ARN`() async throws {
        let arn = "arn:aws:ssm:eu-central-1:1:parameter/shared"
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            answer(
                names(request).map { name in
                    if name == arn {
                        return .object([
                            "Name": .string("/shared"), "ARN": .string(arn), "Value": .string("s"),
                        ])
                    }
                    return parameter("/a", name == "/a:1" ? "old" : "new")
                }
            )
        }
        let values = try await resolve(
            transport,
            parameters: ["OLD": "/a:1", "NEW": "/a", "SHARED": arn]
        )
        #expect(values == ["OLD": "old", "NEW": "new", "SHARED": "s"])
        #expect(transport.asked.count == 2)
    }

    @Test func `that are missing are named in one error`() async {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            answer([parameter("/b", "1")], invalid: names(request).filter { $0 != "/b" })
        }
        let elsewhere = "arn:aws:ssm:us-east-1:1:parameter/x"
        await #expect(
            throws: AWSError(
                .notFound,
                """
                these values cannot be read:
                  there is no parameter '/a' in region 'eu-central-1'; create it, or correct the \
                name or AWS_REGION
                  there is no parameter '\(elsewhere)' in region 'eu-central-1'; its ARN names \
                region 'us-east-1'; set AWS_REGION to it
                """
            )
        ) {
            try await resolve(
                transport,
                parameters: ["A": "/a", "B": "/b", "C": elsewhere]
            )
        }
    }

    @Test func `that are denied name the permission`() async {
        let said =
            "User: arn:aws:iam::1:user/x is not authorized to perform: ssm:GetParameters on "
            + "resource: arn:aws:ssm:eu-central-1:1:parameter/a"
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .fault("AccessDeniedException", said)
        }
        await #expect(
            throws: AWSError(
                .denied,
                "cannot read parameter '/a': access denied (\(said)); the credentials 'AKIA1' "
                    + "from profile 'ci' need 'ssm:GetParameters' on it, and 'kms:Decrypt' on its "
                    + "key if it is a SecureString with a key of your own"
            )
        ) { try await resolve(transport, parameters: ["A": "/a"]) }
    }

    @Test(arguments: ["[]", "", "<html>", #"{"Parameters":[{"Name":"/a"}]}"#, "{}"])
    func `in an answer that makes no sense are an error`(body: String) async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in .text(body) }
        await #expect {
            try await resolve(transport, parameters: ["A": "/a"])
        } throws: {
            ($0 as? AWSError)?.code == .badResponse
        }
    }

    @Test func `without a name, and secrets that cannot be read, reach nobody`() async {
        await #expect(
            throws: AWSError(
                .badReference,
                """
                these values cannot be read:
                  the secret reference ':k' has no secret's name in front of the first ':'
                  variable 'A' names no parameter; give it one
                """
            )
        ) {
            try await resolve(.forbidden, parameters: ["A": ""], secrets: ["S": ":k"])
        }
    }
}

/// CodeBuild user guide, "Build specification reference": env/secrets-manager.
struct `Secrets` {
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

    @Test func `are texts, keys and versions`() async throws {
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

    @Test func `are asked for once for each version`() async throws {
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
            "secret 'db' is no JSON object, so it has no key 'k'; leave the key out to get the "
                + "whole text"
        ),
    ])
    func `without the key are an error that shows nothing of them`(
        reference: String,
        message: String
    ) async {
        await #expect(throws: AWSError(.badReference, message)) {
            try await resolve(transport, secrets: ["A": reference])
        }
    }

    @Test func `that are binary are base64, and their keys are those of the bytes`() async throws {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .text(#"{"SecretBinary":"eyJrIjoidiJ9"}"#)
        }
        let values = try await resolve(transport, secrets: ["A": "b", "K": "b:k"])
        #expect(values == ["A": "eyJrIjoidiJ9", "K": "v"])
    }

    /// What each refusal of a service means for people.
    static let refusals: [(String, String, AWSError.Code, String)] = [
        (
            "ResourceNotFoundException", "Secrets Manager can't find the specified secret.",
            .notFound,
            "cannot read secret 'db': there is none in region 'eu-central-1' (Secrets Manager "
                + "can't find the specified secret.); create it, or correct the name, the version "
                + "or AWS_REGION"
        ),
        (
            "ExpiredTokenException", "The security token included in the request is expired",
            .expiredCredentials,
            "cannot read secret 'db': the session of the credentials 'AKIA1' from profile 'ci' has "
                + "expired; log in again, or fetch new ones"
        ),
        (
            "UnrecognizedClientException", "The security token included in the request is invalid.",
            .badCredentials,
            "cannot read secret 'db': AWS does not accept the credentials 'AKIA1' from profile "
                + "'ci' (The security token included in the request is invalid.); check the secret "
                + "key and the session token that belong to this id"
        ),
        (
            "ThrottlingException", "Rate exceeded", .throttled,
            "cannot read secret 'db': AWS has too many requests, also after several attempts "
                + "(ThrottlingException); try again later"
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20150830T123600Z is now earlier than 20150830T140000Z", .clockSkew,
            "cannot read secret 'db': this machine's clock is 7200 s behind AWS's; set it right"
        ),
        (
            "DecryptionFailure", "no key", .other,
            "cannot read secret 'db': DecryptionFailure, HTTP 400: no key (request r-1)"
        ),
    ]

    @Test(arguments: refusals)
    func `that are refused are an error with its remedy`(
        fault: String,
        said: String,
        code: AWSError.Code,
        message: String
    ) async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            var response = HTTPResponse.fault(fault, said)
            response.headers = [
                .init("Date", "Sun, 30 Aug 2015 14:36:00 GMT"), .init("x-amzn-RequestId", "r-1"),
            ]
            return response
        }
        await #expect(throws: AWSError(code, message)) {
            try await resolve(transport, secrets: ["A": "db"])
        }
    }

    @Test func `that a proxy answers for are an error`() async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .text("<html>login</html>", status: 407)
        }
        await #expect(
            throws: AWSError(
                .badResponse,
                "cannot read secret 'db': the answer is HTTP 407 without an error of AWS; check "
                    + "the endpoint and any proxy"
            )
        ) { try await resolve(transport, secrets: ["A": "db"]) }
    }

    @Test func `and parameters fail in one error`() async {
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

struct `A call` {
    @Test func `is made again with new credentials when they have expired`() async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            request.header("Authorization")?.contains("=AKIA1/") == true
                ? .fault("ExpiredTokenException")
                : answer([parameter("/a", "1")])
        }
        let (numbers, next) = AsyncStream<Int>.makeStream()
        for number in 1...3 { next.yield(number) }
        let cache = CredentialCache { () async throws(AWSError) in
            var number = 0
            for await value in numbers {
                number = value
                break
            }
            return Credentials(
                accessKeyID: "AKIA\(number)",
                secretAccessKey: "s",
                source: "the test"
            )
        }
        let client = JSONClient(
            region: "eu-central-1",
            endpoints: [.parameterStore: Endpoint(.https, "ssm.example")],
            credentials: cache,
            transport: transport
        )
        let values = await ParameterStore(client).values(of: ["/a"])
        #expect(values == ["/a": .success("1")])
        #expect(transport.asked.count == 2)
    }

    @Test func `is not made when there is nothing to resolve`() async throws {
        let references = SecretReferences { () async throws(AWSError) in
            throw AWSError(.other, "nobody may connect")
        }
        #expect(try await references.resolve(parameters: [], secrets: []) == [:])
    }
}

/// Smithy, "AWS JSON 1.1 protocol": operation error serialization; Amazon S3, "Error responses".
struct `An error of a service` {
    @Test(arguments: [
        (#"{"__type":"X","message":"m"}"#, "X", "m"),
        (#"{"__type":"com.amazonaws.ssm#X:http://x/","Message":"m"}"#, "X", "m"),
        (#"{"code":"X"}"#, "X", ""),
        ("<Error><Code>X</Code><Message>m</Message></Error>", "X", "m"),
    ])
    func `is read from its body`(body: String, code: String, message: String) {
        let fault = ServiceFault(.text(body, status: 400))
        #expect(fault?.code == code)
        #expect(fault?.message == message)
    }

    @Test func `is read from its header`() {
        var response = HTTPResponse(status: 400)
        response.headers = [.init("x-amzn-errortype", "X:http://internal.amazon.com/coral/")]
        #expect(ServiceFault(response)?.code == "X")
    }

    @Test(arguments: ["", "{}", "<html></html>", "<Code>", #"{"__type":""}"#])
    func `is not seen in other bodies`(body: String) {
        #expect(ServiceFault(.text(body, status: 500)) == nil)
    }
}
