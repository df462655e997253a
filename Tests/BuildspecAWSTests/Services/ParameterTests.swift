import Testing

@testable import BuildspecAWS

/// AWS Systems Manager API reference, GetParameters.
struct `Parameter Store` {
    @Test func `parameters are requested with decryption by a signed request`() async throws {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            parametersAnswer([parameter("/a", "1")])
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

    @Test func `parameters are requested once each, in batches of ten`()
        async throws
    {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            parametersAnswer(askedNames(request).reversed().map { parameter($0, "v" + $0) })
        }
        let numbers = 0..<25
        var wanted = Dictionary(uniqueKeysWithValues: numbers.map { ("N\($0)", "/p/\($0)") })
        wanted["TWIN"] = "/p/7"
        let values = try await resolve(transport, parameters: wanted)
        #expect(values == wanted.mapValues { "v" + $0 })
        #expect(transport.asked.map { askedNames($0).count }.sorted() == [5, 10, 10])
    }

    @Test func `a parameter reference can have a version or be an ARN`() async throws {
        let arn = "arn:aws:ssm:eu-central-1:1:parameter/shared"
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            parametersAnswer(
                askedNames(request).map { name in
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

    @Test func `missing parameters are named in one error`() async {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            parametersAnswer(
                [parameter("/b", "1")],
                invalid: askedNames(request).filter { $0 != "/b" }
            )
        }
        let elsewhere = "arn:aws:ssm:us-east-1:1:parameter/x"
        await #expect(
            throws: AWSError(
                .notFound,
                """
                these values cannot be read:
                  cannot read parameter '/a': not found in region 'eu-central-1'; create it, or \
                correct the name or AWS_REGION
                  cannot read parameter '\(elsewhere)': not found in region 'eu-central-1'; its \
                ARN names region 'us-east-1'; set AWS_REGION to it
                """
            )
        ) {
            try await resolve(
                transport,
                parameters: ["A": "/a", "B": "/b", "C": elsewhere]
            )
        }
    }

    @Test func `the error for missing parameters has the names of their variables`() async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            parametersAnswer([parameter("/b", "1")], invalid: ["/a"])
        }
        let references = SecretReferences { () async throws(AWSError) in scriptedClient(transport) }
        let error = await #expect(throws: SecretReferences.Unread.self) {
            try await references.resolve(
                parameters: [
                    .init(name: "A", reference: "/a"), .init(name: "B", reference: "/b"),
                    .init(name: "AGAIN", reference: "/a"),
                ],
                secrets: []
            )
        }
        #expect(error?.names == ["A", "AGAIN"])
        #expect(error?.error.code == .notFound)
    }

    @Test func `the error for a denied parameter names the permission`() async {
        let detail =
            "User: arn:aws:iam::1:user/x is not authorized to perform: ssm:GetParameters on "
            + "resource: arn:aws:ssm:eu-central-1:1:parameter/a"
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .fault("AccessDeniedException", detail)
        }
        await #expect(
            throws: AWSError(
                .denied,
                "cannot read parameter '/a': access denied (\(detail)); the credentials 'AKIA1' "
                    + "from profile 'ci' need 'ssm:GetParameters' on the parameter, and "
                    + "'kms:Decrypt' on the key of a SecureString with your own key"
            )
        ) { try await resolve(transport, parameters: ["A": "/a"]) }
    }

    @Test(arguments: ["[]", "", "<html>", #"{"Parameters":[{"Name":"/a"}]}"#, "{}"])
    func `an invalid response for parameters is an error`(body: String) async {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in .text(body) }
        await #expect {
            try await resolve(transport, parameters: ["A": "/a"])
        } throws: {
            ($0 as? AWSError)?.code == .badResponse
        }
    }

    @Test func `a parameter without a name and an invalid secret reference send no request`() async
    {
        await #expect(
            throws: AWSError(
                .badReference,
                """
                these values cannot be read:
                  the secret reference ':k' has no secret name before the first ':'
                  variable 'A' names no parameter; add its name
                """
            )
        ) {
            try await resolve(.forbidden, parameters: ["A": ""], secrets: ["S": ":k"])
        }
    }
}
