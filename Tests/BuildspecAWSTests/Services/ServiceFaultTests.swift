import Testing

@testable import BuildspecAWS

struct `Service calls` {
    @Test func `a call with expired credentials is repeated with new ones`() async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            request.header("Authorization")?.contains("=AKIA1/") == true
                ? .fault("ExpiredTokenException")
                : parametersAnswer([parameter("/a", "1")])
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

    @Test func `a resolution without references makes no call`() async throws {
        let references = SecretReferences { () async throws(AWSError) in
            throw AWSError(.other, "this test must not connect")
        }
        #expect(try await references.resolve(parameters: [], secrets: []) == [:])
    }
}

/// Smithy, "AWS JSON 1.1 protocol": operation error serialization; Amazon S3, "Error responses".
struct `Service errors` {
    @Test(arguments: [
        (#"{"__type":"X","message":"m"}"#, "X", "m"),
        (#"{"__type":"com.amazonaws.ssm#X:http://x/","Message":"m"}"#, "X", "m"),
        (#"{"code":"X"}"#, "X", ""),
        ("<Error><Code>X</Code><Message>m</Message></Error>", "X", "m"),
    ])
    func `a service's error is read from the body`(body: String, code: String, message: String) {
        let fault = ServiceFault(.text(body, status: 400))
        #expect(fault?.code == code)
        #expect(fault?.message == message)
    }

    @Test func `a service's error is read from the header`() {
        var response = HTTPResponse(status: 400)
        response.headers = [.init("x-amzn-errortype", "X:http://internal.amazon.com/coral/")]
        #expect(ServiceFault(response)?.code == "X")
    }

    @Test(arguments: ["", "{}", "<html></html>", "<Code>", #"{"__type":""}"#])
    func `a body without an error code is not a service's error`(body: String) {
        #expect(ServiceFault(.text(body, status: 500)) == nil)
    }
}
