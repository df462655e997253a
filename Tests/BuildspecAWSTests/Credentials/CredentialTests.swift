import Testing

@testable import BuildspecAWS

/// AWS SDKs and tools reference guide, "Environment variables" and "Access keys".
struct `Environment credentials` {
    private func lookUp(_ variables: [String: String]) async throws(AWSError) -> CredentialLookup {
        try await EnvironmentCredentials(Settings(variables)).lookUp()
    }

    @Test func `environment credentials have the two keys and the token`() async throws {
        let found = try await lookUp([
            "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
        ])
        let expected = Credentials(
            accessKeyID: "AKIA1",
            secretAccessKey: "s",
            sessionToken: "t",
            source: "the environment"
        )
        #expect(found == .found(expected))
    }

    @Test func `environment credentials are absent if their variables are unset or empty`()
        async throws
    {
        #expect(try await lookUp([:]) == .absent("AWS_ACCESS_KEY_ID is not set"))
        let empty = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]
        #expect(try await lookUp(empty) == .absent("AWS_ACCESS_KEY_ID is not set"))
    }

    @Test func `environment credentials without one of the keys are an error`() async {
        await #expect(
            throws: AWSError(
                .badCredentials,
                "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not; set both or neither"
            )
        ) { try await lookUp(["AWS_ACCESS_KEY_ID": "AKIA1"]) }
        await #expect(
            throws: AWSError(
                .badCredentials,
                "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not; set both or neither"
            )
        ) { try await lookUp(["AWS_SECRET_ACCESS_KEY": "s"]) }
    }

    @Test func `environment credentials with a line break are an error that hides them`() async {
        await #expect(
            throws: AWSError(
                .badCredentials,
                "AWS_SECRET_ACCESS_KEY of the AWS credentials from the environment has a space, a "
                    + "line break or another character that keys do not contain; copy it again"
            )
        ) {
            try await lookUp([
                "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret\r",
            ])
        }
    }

    @Test func `web identity variables are an error, and no later source is tried`() async {
        await #expect(
            throws: AWSError(
                .unsupported,
                "AWS_WEB_IDENTITY_TOKEN_FILE asks for a role by web identity, which buildspec does "
                    + "not support; export the credentials with the AWS command line before: "
                    + "eval \"$(aws configure export-credentials --format env)\""
            )
        ) { try await lookUp(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:x"]) }
    }

    @Test func `credentials never show their secret`() {
        let credentials = Credentials(
            accessKeyID: "AKIA1",
            secretAccessKey: "topsecret",
            sessionToken: "toptoken",
            source: "the test"
        )
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("topsecret") && !text.contains("toptoken"))
        }
        #expect("\(credentials)" == "'AKIA1' from the test")
    }
}

struct `Credential chain` {
    private func credentials(
        _ variables: [String: String],
        _ transport: ScriptedTransport = .dead,
        files: [String: String] = [:]
    ) async throws(AWSError) -> Credentials {
        let settings = Settings(variables)
        let profiles = ProfileFiles(settings) { path throws(AWSError) in files[path] }
        return try await CredentialChain([
            EnvironmentCredentials(settings),
            ProfileCredentials(settings, profiles: profiles),
            ContainerCredentials(settings, transport: transport),
            InstanceCredentials(settings, transport: transport),
        ]).credentials()
    }

    @Test func `a credential chain without credentials names its sources and a remedy`() async {
        await #expect(
            throws: AWSError(
                .noCredentials,
                "no AWS credentials were found: AWS_ACCESS_KEY_ID is not set, profile 'default' is "
                    + "not in '/h/.aws/credentials' or '/h/.aws/config', "
                    + "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
                    + "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set, the instance metadata "
                    + "service does not answer at http://169.254.169.254; set AWS_ACCESS_KEY_ID "
                    + "and AWS_SECRET_ACCESS_KEY, name a profile in AWS_PROFILE, or run where a "
                    + "role is attached"
            )
        ) { try await credentials(["HOME": "/h"]) }
    }

    @Test func `a credential chain uses the environment before a profile`() async throws {
        let files = [
            "/h/.aws/credentials":
                "[default]\naws_access_key_id=AKIAP\naws_secret_access_key=p\n"
        ]
        let variables = [
            "HOME": "/h", "AWS_ACCESS_KEY_ID": "AKIAE", "AWS_SECRET_ACCESS_KEY": "e",
        ]
        #expect(try await credentials(variables, files: files).accessKeyID == "AKIAE")
        #expect(try await credentials(["HOME": "/h"], files: files).accessKeyID == "AKIAP")
    }

    @Test func `a credential chain stops at a configured source that fails`() async {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            if request.endpoint.host == "169.254.170.2" { return HTTPResponse(status: 500) }
            throw HTTPError(.other, request.endpoint, "no other source is asked")
        }
        await #expect(
            throws: AWSError(
                .noCredentials,
                "the container endpoint at http://169.254.170.2/v2/x answers HTTP 500 instead of "
                    + "credentials; check the role of the task or pod"
            )
        ) {
            try await credentials(
                ["HOME": "/h", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"],
                transport
            )
        }
    }

    @Test func `a credential chain sends no request if metadata is disabled`() async throws {
        let transport = ScriptedTransport.forbidden
        await #expect {
            try await credentials(
                ["HOME": "/h", "AWS_EC2_METADATA_DISABLED": "TRUE"],
                transport
            )
        } throws: {
            "\($0)".contains("AWS_EC2_METADATA_DISABLED is 'true'")
        }
    }
}
