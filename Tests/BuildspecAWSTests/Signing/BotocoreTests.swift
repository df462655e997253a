import BuildspecFiles
import TestSupport
import Testing

@testable import BuildspecAWS

/// Signatures of random requests by buildspec and by botocore.
@Suite(
    .timed,
    .enabled("python3 with botocore is not on this machine") {
        await Python.canImport("botocore.auth, botocore.awsrequest")
    },
    .timeLimit(.minutes(3))
)
struct `Comparison with botocore` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `signatures for AWS services equal botocore's`(seed: UInt64) async throws {
        try await compare(seed: seed, style: .standard, way: "headers")
    }

    @Test(arguments: [4, 5, 6] as [UInt64])
    func `signatures for S3 equal botocore's`(seed: UInt64) async throws {
        try await compare(seed: seed, style: .verbatim, way: "headers")
    }

    @Test(arguments: [7, 8, 9] as [UInt64])
    func `signatures of presigned S3 URLs equal botocore's`(seed: UInt64) async throws {
        try await compare(seed: seed, style: .verbatim, way: "query")
    }

    private func compare(seed: UInt64, style: SigV4.PathStyle, way: String) async throws {
        var random = SplitMix64(seed: seed)
        let service = style == .verbatim ? "s3" : "ssm"
        var signatures: [String] = []
        var cases: [JSONValue] = []
        for _ in 0..<200 {
            var request = request(&random)
            let signer = signer(&random, service: service, style: style)
            if way == "query" {
                // botocore would move such a body into the query.
                request.headers.removeLast()
                request.body = []
                let presigned = signer.presigned(request, expiresIn: 900)
                signatures.append(presigned.query.last?.value ?? "")
            } else {
                signatures.append(signer.signed(request).headers.last?.value ?? "")
            }
            cases.append(describe(request, signer, way: way))
        }
        let output = try await Python.run(program, input: JSONValue.array(cases).text)
        let expected = output.split(separator: "\n").map(String.init)
        try #require(expected.count == signatures.count)
        for index in signatures.indices {
            #expect(signatures[index] == expected[index], "seed \(seed): \(cases[index].text)")
        }
    }

    private func request(_ random: inout SplitMix64) -> HTTPRequest {
        let words = [
            "a", "B", "é", "日本", "a b", "x+y", "1/2", "..", ".", "", "%41", "~t_i.l-de", "a=b&c",
            "\"q\"", "*", "'", "(x)", ",", ";", ":", "@", "$", "!", "#", "?",
        ]
        func some<Value>(_ values: [Value]) -> Value { random.pick(values) }
        func count(_ limit: Int) -> Range<Int> { 0..<Int.random(in: 0...limit, using: &random) }
        let host = some([
            Endpoint(.https, "ssm.eu-central-1.amazonaws.com"),
            Endpoint(.http, "127.0.0.1", port: 5000), Endpoint(.https, "x.example", port: 443),
            Endpoint(.http, "x.example", port: 80), Endpoint(.https, "x.example", port: 80),
        ])
        return HTTPRequest(
            some([.get, .head, .post, .put, .delete]),
            host,
            path: count(4).map { _ in some(words) },
            query: count(4).map { .init(some(words) + "\($0)", some(words)) },
            headers: count(3).map {
                .init("X-Test-\($0)", some(["v", " v  w ", "a,b", "\t x", "é"]))
            } + [.init("Content-Type", "application/x-amz-json-1.1")],
            body: random.bytes(Int.random(in: 0...50, using: &random))
        )
    }

    private func signer(
        _ random: inout SplitMix64,
        service: String,
        style: SigV4.PathStyle
    ) -> SigV4 {
        SigV4(
            credentials: Credentials(
                accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: "s/e+c\(random.next())",
                sessionToken: random.next() % 2 == 0 ? "t/o+k=\(random.next())" : nil,
                source: "the test"
            ),
            region: "eu-central-1",
            service: service,
            time: Timestamp(seconds: Int64.random(in: 0..<4_000_000_000, using: &random)),
            pathStyle: style
        )
    }

    private func describe(_ request: HTTPRequest, _ signer: SigV4, way: String) -> JSONValue {
        .object([
            "method": .string(request.method.rawValue),
            "url": .string(request.url),
            "headers": .array(
                request.headers.map { .array([.string($0.name), .string($0.value)]) }
            ),
            "body": .string(Hex.encode(request.body)),
            "secret": .string(signer.credentials.secretAccessKey),
            "token": signer.credentials.sessionToken.map { .string($0) } ?? .null,
            "service": .string(signer.service),
            "time": .number(String(signer.time.seconds)),
            "way": .string(way),
        ])
    }

    private let program = """
        import datetime, json, sys, urllib.parse
        import botocore.auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        def freeze(seconds):
            now = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
            botocore.auth.get_current_datetime = lambda *a, **k: now.replace(tzinfo=None)

        for case in json.load(sys.stdin):
            freeze(case["time"])
            request = AWSRequest(method=case["method"], url=case["url"],
                                 data=bytes.fromhex(case["body"]))
            for name, value in case["headers"]:
                request.headers[name] = value
            request.context["payload_signing_enabled"] = True
            request.context["client_config"] = None
            credentials = Credentials("AKIDEXAMPLE", case["secret"], case["token"])
            arguments = [credentials, case["service"], "eu-central-1"]
            if case["way"] == "query":
                botocore.auth.S3SigV4QueryAuth(*arguments, expires=900).add_auth(request)
                query = urllib.parse.urlsplit(request.url).query
                print(urllib.parse.parse_qs(query)["X-Amz-Signature"][0])
                continue
            kind = "S3SigV4Auth" if case["service"] == "s3" else "SigV4Auth"
            getattr(botocore.auth, kind)(*arguments).add_auth(request)
            print(request.headers["Authorization"])
        """
}
