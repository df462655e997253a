import Subprocess
import TestSupport
import Testing

/// `env/parameter-store` and `env/secrets-manager` with the built command and moto's server.
///
/// CodeBuild guide, build-spec-ref: env/parameter-store, env/secrets-manager.
@Suite(.timed, .timeLimit(.minutes(10)))
struct SecretsTests {
    private static let buildspec = """
        version: 0.2
        env:
          parameter-store:
            PASSWORD: /app/password
          secrets-manager:
            TOKEN: app/keys:token
        phases:
          build:
            commands:
              - printf '%s-%s' "$PASSWORD" "$TOKEN" > values
              - echo "the password is $PASSWORD"
        """

    private static let filling = """
        import sys, json, urllib.request
        def call(service, target, body):
            request = urllib.request.Request(sys.argv[1], json.dumps(body).encode(), {
                "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target,
                "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/"
                    + service + "/aws4_request, SignedHeaders=host, Signature=0"})
            urllib.request.urlopen(request).read()
        call("ssm", "AmazonSSM.PutParameter",
             {"Name": "/app/password", "Value": "correct horse", "Type": "SecureString"})
        call("secretsmanager", "secretsmanager.CreateSecret",
             {"Name": "app/keys", "SecretString": json.dumps({"token": "battery staple"})})
        """

    private func project() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(Self.buildspec, to: "buildspec.yml")
        return directory
    }

    @Test func `secrets come from AWS before the first command and are masked`() async throws {
        try await MotoServer.run { server in
            _ = try await Python.run(Self.filling, [server.url], input: "")
            let directory = try project()
            let outcome = try await BuildspecProcess.run(
                ["run", "--cache", "none"],
                in: directory,
                environment: [
                    "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "us-east-1",
                    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
                ]
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(try directory.read("values") == "correct horse-battery staple")
            #expect(outcome.output.contains("the password is ***"))
            #expect(!outcome.output.contains("correct horse"))
        }
    }

    @Test func `a secrets file provides secrets without AWS`() async throws {
        let directory = try project()
        try directory.write(
            "# for my laptop\n/app/password=from=file\n\nTOKEN=by name\n",
            to: "secrets"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--secrets-file", "secrets"],
            in: directory
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try directory.read("values") == "from=file-by name")
        #expect(outcome.output.contains("the password is ***"))
    }

    @Test func `an unused line of a secrets file is reported without its value`() async throws {
        let directory = try project()
        try directory.write(
            "/app/password=x1\nTOKEN=x2\nTOKNE=x3\n# c\napp/keys:tokne=x4\nMIIEvQIBADANBg\nkqhkiG9w0B==\n",
            to: "secrets"
        )
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--secrets-file", "secrets"],
            in: directory
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        let all = outcome.output + outcome.error
        let lines = all.split(separator: "\n").filter { $0.contains("--secrets-file: secrets:") }
        #expect(lines.count == 4, "\(all)")
        #expect(lines[0].contains("secrets:3: nothing in the buildspec refers to 'TOKNE'"))
        #expect(lines[1].contains("secrets:5: nothing in the buildspec refers to 'app/keys:tokne'"))
        #expect(lines[2].contains("secrets:6: the line is not REFERENCE=VALUE"))
        #expect(lines[3].contains("secrets:7: "))
        for part in ["MIIE", "kqhk", "x3", "x4"] { #expect(!all.contains(part)) }
    }

    @Test func `a parameter without a value stops the build before any command`() async throws {
        let directory = try project()
        let outcome = try await BuildspecProcess.run(
            ["run", "--cache", "none", "--env", "TOKEN=given"],
            in: directory
        )
        #expect(outcome.status == 2)
        #expect(
            outcome.error.hasPrefix(
                "buildspec.yml:4:15: error: cannot read 'PASSWORD' from '/app/password': "
            )
        )
        #expect(!outcome.error.contains("TOKEN"))
        #expect(try directory.read("values") == nil)
    }
}
