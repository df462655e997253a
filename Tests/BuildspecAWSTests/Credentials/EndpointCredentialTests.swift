import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

private let answer = #"""
    {"RoleArn":"arn:x","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t",
     "Expiration":"2026-11-23T12:00:00Z"}
    """#

/// AWS SDKs and tools reference guide, "Container credential provider".
struct `Container credentials` {
    private func lookUp(
        _ variables: [String: String],
        _ transport: ScriptedTransport
    ) async throws(AWSError) -> CredentialLookup {
        try await ContainerCredentials(Settings(variables), transport: transport).lookUp()
    }

    private let willing = ScriptedTransport { _, _ throws(HTTPError) in .text(answer) }

    @Test func `container credentials come from the agent's address and a path`() async throws {
        let found = try await lookUp(
            ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1?id=a"],
            willing
        )
        let expected = Credentials(
            accessKeyID: "ASIA1",
            secretAccessKey: "s",
            sessionToken: "t",
            expiration: Timestamp(extended: "2026-11-23T12:00:00Z"),
            source: "the container endpoint at http://169.254.170.2/v2/credentials/1"
        )
        #expect(found == .found(expected))
        #expect(willing.asked.map(\.url) == ["http://169.254.170.2/v2/credentials/1?id=a"])
        #expect(willing.asked[0].header("Authorization") == nil)
    }

    @Test func `container credentials are requested with the token of a file or variable`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("from-file", to: "token")
        var variables = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
        ]
        _ = try await lookUp(variables, willing)
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = directory.file("token").string
        _ = try await lookUp(variables, willing)
        #expect(willing.asked.map { $0.header("Authorization") } == ["Basic abc", "from-file"])
    }

    @Test(arguments: [
        "http://127.0.0.1:5000/x", "http://localhost/x", "http://[::1]/x", "https://example.com/x",
        "http://[fd00:ec2::23]/x",
    ])
    func `container credentials can come from this machine, AWS's agents and any TLS server`(
        url: String
    ) async throws {
        _ = try await lookUp(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], willing)
        #expect(willing.asked.count == 1)
    }

    @Test(arguments: [
        "http://example.com/x", "http://10.0.0.1/x", "http://127.0.0.1.example.com/x",
        "http://127.example.com/x", "ftp://127.0.0.1/", "127.0.0.1", "http://u@127.0.0.1/",
    ])
    func `container credentials are not requested from other addresses`(url: String) async {
        await #expect {
            try await lookUp(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], willing)
        } throws: {
            ($0 as? AWSError)?.code == .badConfiguration
        }
        #expect(willing.asked.isEmpty)
    }

    @Test(arguments: ["a\nHost: evil", "ä"])
    func `container credentials with a token that breaks the request are an error`(
        token: String
    ) async {
        await #expect {
            try await lookUp(
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
                ],
                willing
            )
        } throws: {
            ($0 as? AWSError)?.code == .badConfiguration
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"AccessKeyId":"a"}"#, #"{"AccessKeyId":"a","SecretAccessKey":""}"#,
        #"{"AccessKeyId":"a","SecretAccessKey":"TOPSECRET","Expiration":"soon"}"#,
    ])
    func `a malformed response for container credentials is an error that hides it`(
        body: String
    ) async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in .text(body) }
        await #expect {
            try await lookUp(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/"],
                transport
            )
        } throws: {
            $0 is AWSError && !"\($0)".contains("TOPSECRET")
        }
    }
}

/// Amazon EC2 user guide, "Use the Instance Metadata Service to access instance metadata".
struct `Instance credentials` {
    private func lookUp(
        _ transport: ScriptedTransport,
        _ variables: [String: String] = [:]
    ) async throws(AWSError) -> CredentialLookup {
        try await InstanceCredentials(Settings(variables), transport: transport).lookUp()
    }

    /// Creates the metadata service of an EC2 instance.
    private static func service(
        role: String? = "builder",
        credentials: String = answer
    ) -> ScriptedTransport {
        ScriptedTransport { request, _ throws(HTTPError) in
            if request.pathText == "/latest/api/token" {
                let seconds = request.header("X-aws-ec2-metadata-token-ttl-seconds")
                let isRight = request.method == .put && seconds == "21600"
                return isRight ? .text("TOKEN==") : HTTPResponse(status: 400)
            }
            guard request.header("X-aws-ec2-metadata-token") == "TOKEN==" else {
                return HTTPResponse(status: 401)
            }
            let roles = "/latest/meta-data/iam/security-credentials/"
            switch request.pathText {
            case roles: return role.map { .text($0) } ?? HTTPResponse(status: 404)
            case roles + "builder": return .text(credentials)
            case "/latest/meta-data/placement/region": return .text("eu-west-3")
            default: return HTTPResponse(status: 404)
            }
        }
    }

    @Test func `instance credentials are read with a token by the role's name`() async throws {
        guard case .found(let credentials) = try await lookUp(Self.service()) else {
            Issue.record("there are no credentials")
            return
        }
        #expect(credentials.accessKeyID == "ASIA1")
        #expect(credentials.sessionToken == "t")
        #expect(credentials.expiration?.basic == "20261123T120000Z")
        #expect(credentials.source == "the instance's role 'builder'")
    }

    @Test func `instance credentials are requested once, with a short timeout`() async throws {
        let transport = ScriptedTransport.dead
        let found = try await lookUp(transport)
        #expect(
            found
                == .absent(
                    "the instance metadata service does not answer at http://169.254.169.254"
                )
        )
        #expect(transport.asked.map(\.timeout) == [.seconds(1)])
    }

    @Test func `instance credentials are absent without a role`() async throws {
        #expect(
            try await lookUp(Self.service(role: nil)) == .absent("the instance has no role")
        )
    }

    @Test(arguments: [403, 404, 405])
    func `instance credentials are absent without version 2 of the metadata service`(
        status: Int
    ) async throws {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            HTTPResponse(status: status)
        }
        let found = try await lookUp(transport)
        #expect(
            found
                == .absent(
                    "the instance metadata service at http://169.254.169.254 returns no token "
                        + "(HTTP \(status))"
                )
        )
        #expect(transport.asked.count == 1)
    }

    @Test func `instance credentials of a broken role are an error`() async {
        let transport = Self.service(credentials: #"{"Code":"AssumeRoleUnauthorizedAccess"}"#)
        await #expect(
            throws: AWSError(
                .noCredentials,
                "the instance's role 'builder' has no credentials (AssumeRoleUnauthorizedAccess); "
                    + "check the role that is attached"
            )
        ) { try await lookUp(transport) }
    }

    @Test func `instance credentials come from the address that the variables name`() async throws {
        let transport = ScriptedTransport.dead
        _ = try await lookUp(
            transport,
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/"]
        )
        _ = try await lookUp(transport, ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"])
        #expect(
            transport.asked.map(\.url) == [
                "http://127.0.0.1:1338/latest/api/token",
                "http://[fd00:ec2::254]/latest/api/token",
            ]
        )
    }

    @Test func `the region comes from the instance metadata service`() async throws {
        let region = try await Region.resolve(
            Settings([:]),
            profiles: ProfileFiles(Settings([:])),
            transport: Self.service()
        )
        #expect(region == "eu-west-3")
    }
}
