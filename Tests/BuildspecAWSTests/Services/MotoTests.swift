import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// The resolution of references by moto's server, from the environment to the values.
@Suite(.timed, .moto, .timeLimit(.minutes(10)))
struct `Values from moto` {
    private let environment: [String: String]
    private let transport = CurlTransport()
    private let home: TemporaryDirectory

    init() throws {
        let server = try #require(MotoTrait.server)
        home = try TemporaryDirectory()
        environment = [
            "HOME": home.path.string, "AWS_ENDPOINT_URL": server.url,
            "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        ]
    }

    private func resolve(
        parameters: [String: String] = [:],
        secrets: [String: String] = [:],
        _ changes: [String: String] = [:]
    ) async throws -> [String: String] {
        do {
            return try await SecretReferences(
                environment: environment.merging(changes) { $1 },
                transport: transport
            ).resolve(
                parameters: parameters.map { .init(name: $0.key, reference: $0.value) },
                secrets: secrets.map { .init(name: $0.key, reference: $0.value) }
            )
        } catch {
            throw error.error
        }
    }

    /// Calls an action that creates values on the server.
    @discardableResult
    private func call(
        _ service: AWSService,
        _ target: String,
        _ input: [String: String]
    ) async throws -> JSONValue {
        let client = try await JSONClient.connecting(Settings(environment), transport: transport)
        let answer = try await client.call(
            service,
            target,
            .object(input.mapValues { .string($0) }),
            to: "fill the server"
        )
        guard case .value(let value) = answer else {
            Issue.record("\(target): \(answer)")
            return .null
        }
        return value
    }

    private func put(_ name: String, _ type: String, _ value: String) async throws {
        try await call(
            .parameterStore,
            "AmazonSSM.PutParameter",
            ["Name": name, "Type": type, "Value": value]
        )
    }

    private func create(_ name: String, _ text: String) async throws -> JSONValue {
        try await call(
            .secretsManager,
            "secretsmanager.CreateSecret",
            ["Name": name, "SecretString": text, "ClientRequestToken": token(1)]
        )
    }

    private func token(_ number: Int) -> String {
        "00000000-0000-4000-8000-00000000000\(number)"
    }

    @Test func `parameters of all three types are resolved from moto`() async throws {
        try await put("/types/text", "String", "a \"b\" ü\nc")
        try await put("/types/list", "StringList", "a,b,c")
        try await put("/types/secure", "SecureString", "s3cret")
        let values = try await resolve(parameters: [
            "TEXT": "/types/text", "LIST": "/types/list", "SECURE": "/types/secure",
        ])
        #expect(values == ["TEXT": "a \"b\" ü\nc", "LIST": "a,b,c", "SECURE": "s3cret"])
    }

    @Test func `more than ten parameters are resolved from moto`() async throws {
        for number in 0..<23 { try await put("/many/\(number)", "String", "v\(number)") }
        let wanted = Dictionary(uniqueKeysWithValues: (0..<23).map { ("N\($0)", "/many/\($0)") })
        let values = try await resolve(parameters: wanted)
        let expected = Dictionary(uniqueKeysWithValues: (0..<23).map { ("N\($0)", "v\($0)") })
        #expect(values == expected)
    }

    @Test func `a version of a parameter is resolved from moto`() async throws {
        try await put("/versioned", "String", "one")
        try await call(
            .parameterStore,
            "AmazonSSM.PutParameter",
            ["Name": "/versioned", "Type": "String", "Value": "two", "Overwrite": "true"]
        )
        let values = try await resolve(parameters: ["OLD": "/versioned:1", "NEW": "/versioned"])
        #expect(values == ["OLD": "one", "NEW": "two"])
    }

    @Test func `each parameter and secret that moto does not have is named`() async throws {
        try await put("/there", "String", "x")
        await #expect {
            try await resolve(
                parameters: ["A": "/there", "B": "/gone/1", "C": "/gone/2"],
                secrets: ["D": "gone/3:key"]
            )
        } throws: { error in
            let text = "\(error)"
            return (error as? AWSError)?.code == .notFound && !text.contains("/there")
                && ["'/gone/1'", "'/gone/2'", "'gone/3'"].allSatisfy(text.contains)
        }
    }

    @Test func `a secret is resolved from moto by name, ARN and ARN without suffix`() async throws {
        let created = try await create("prod/db", #"{"user":"u","port":5432,"tls":true}"#)
        let arn = try #require(created["ARN"]?.string)
        let bare = String(arn.dropLast(7))
        let values = try await resolve(secrets: [
            "NAME": "prod/db:user", "ARN": arn + ":port", "BARE": bare + ":tls::",
            "WHOLE": "prod/db",
        ])
        #expect(
            values == [
                "NAME": "u", "ARN": "5432", "BARE": "true",
                "WHOLE": #"{"user":"u","port":5432,"tls":true}"#,
            ]
        )
    }

    @Test func `the stages and versions of a secret are resolved from moto`() async throws {
        _ = try await create("staged", #"{"k":"one"}"#)
        try await call(
            .secretsManager,
            "secretsmanager.PutSecretValue",
            [
                "SecretId": "staged", "SecretString": #"{"k":"two"}"#,
                "ClientRequestToken": token(2),
            ]
        )
        let values = try await resolve(secrets: [
            "CURRENT": "staged:k", "STAGE": "staged:k:AWSCURRENT",
            "PREVIOUS": "staged:k:AWSPREVIOUS", "ID": "staged:k::" + token(1),
        ])
        #expect(values == ["CURRENT": "two", "STAGE": "two", "PREVIOUS": "one", "ID": "one"])
    }

    @Test func `a binary secret is resolved from moto as base64`() async throws {
        try await call(
            .secretsManager,
            "secretsmanager.CreateSecret",
            ["Name": "binary", "SecretBinary": "AAEC/w=="]
        )
        #expect(try await resolve(secrets: ["B": "binary"]) == ["B": "AAEC/w=="])
    }

    @Test func `a parameter is resolved from moto with the credentials and region of a profile`()
        async throws
    {
        try await put("/profiled", "String", "yes")
        try home.write(
            "[ci]\naws_access_key_id = testing\naws_secret_access_key = testing\n",
            to: ".aws/credentials"
        )
        try home.write("[profile ci]\nregion = eu-central-1\n", to: ".aws/config")
        let values = try await resolve(
            parameters: ["A": "/profiled"],
            [
                "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "",
                "AWS_PROFILE": "ci",
            ]
        )
        #expect(values == ["A": "yes"])
    }

    @Test func `credentials with a space in a key are an error`() async {
        await #expect {
            try await resolve(parameters: ["A": "/a"], ["AWS_SECRET_ACCESS_KEY": "a b"])
        } throws: {
            ($0 as? AWSError)?.code == .badCredentials
        }
    }

    @Test func `an unreachable endpoint is an error within 10 seconds`() async throws {
        let port = try LocalServer.refusingPort()
        let start = ContinuousClock.now
        await #expect {
            try await resolve(
                secrets: ["A": "db"],
                ["AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:\(port)"]
            )
        } throws: { error in
            (error as? AWSError)?.code == .network
                && "\(error)".hasPrefix(
                    "cannot read secret 'db': cannot connect to http://127.0.0.1:\(port)"
                )
        }
        #expect(start.duration(to: .now) < .seconds(10))
    }
}
