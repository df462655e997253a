import BuildspecCache
import TestSupport
import Testing

@testable import BuildspecAWS

/// Requests to a bucket, and the meaning of its responses.
@Suite(.timed) struct `Bucket requests` {
    private let keys = [
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
    ]

    private func store(
        _ address: String,
        _ variables: [String: String] = [:],
        _ transport: ScriptedTransport
    ) throws -> S3Store {
        S3Store(
            try S3Location(address),
            environment: keys.merging(variables) { $1 },
            transport: transport
        )
    }

    /// The name of a pack, and the head of an object of three bytes.
    private static let pack = "v1/packs/00/\(String(repeating: "0", count: 64)).tar.zst"
    private static let head = HTTPResponse(
        status: 200,
        headers: [
            .init("Content-Length", "3"), .init("ETag", "\"one\""),
            .init("Last-Modified", "Mon, 23 Nov 2026 08:32:00 GMT"),
        ]
    )

    /// Creates a transport on which every request succeeds.
    private func accepting() -> ScriptedTransport {
        ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: 200) }
    }

    @Test(
        arguments: [
            ("s3://bucket/a/b", [:], "https://bucket.s3.us-east-1.amazonaws.com/a/b/v1/x"),
            ("s3://bucket", [:], "https://bucket.s3.us-east-1.amazonaws.com/v1/x"),
            ("s3://bucket/a/", [:], "https://bucket.s3.us-east-1.amazonaws.com/a/v1/x"),
            ("s3://my.bucket", [:], "https://s3.us-east-1.amazonaws.com/my.bucket/v1/x"),
            ("s3://b-1?region=eu-west-1", [:], "https://b-1.s3.eu-west-1.amazonaws.com/v1/x"),
            (
                "s3://b-1", ["AWS_REGION": "cn-north-1"],
                "https://b-1.s3.cn-north-1.amazonaws.com.cn/v1/x"
            ),
            (
                "s3://b-1?region=eu-west-1", ["AWS_REGION": "eu-north-1"],
                "https://b-1.s3.eu-west-1.amazonaws.com/v1/x"
            ),
            ("s3://b-1/p?endpoint=http://[::1]:9000", [:], "http://[::1]:9000/b-1/p/v1/x"),
            (
                "s3://b-1?endpoint=http://s3.local:9000&addressing=virtual", [:],
                "http://b-1.s3.local:9000/v1/x"
            ),
            ("s3://b-1?addressing=path", [:], "https://s3.us-east-1.amazonaws.com/b-1/v1/x"),
            ("s3://b-1", ["BUILDSPEC_S3_ENDPOINT": "http://h:1"], "http://h:1/b-1/v1/x"),
            ("s3://b-1", ["AWS_ENDPOINT_URL_S3": "http://h:2/s3"], "http://h:2/s3/b-1/v1/x"),
            ("s3://b-1", ["AWS_ENDPOINT_URL": "http://h:3"], "http://h:3/b-1/v1/x"),
            (
                "s3://b-1?endpoint=http://h:4",
                ["AWS_ENDPOINT_URL_S3": "http://h:2", "BUILDSPEC_S3_ENDPOINT": "http://h:1"],
                "http://h:4/b-1/v1/x"
            ),
        ] as [(String, [String: String], String)]
    )
    func `an object's URL comes from the bucket's address and the variables`(
        address: String,
        variables: [String: String],
        url: String
    ) async throws {
        let transport = accepting()
        try await store(address, variables, transport).write("v1/x", [1])
        #expect(transport.asked.map(\.url) == [url])
    }

    @Test(
        arguments: [
            ([204], true, ["\"one\""]), ([412], false, ["\"one\""]), ([409], false, ["\"one\""]),
            ([404], true, ["\"one\""]), ([501, 204], true, ["\"one\"", nil]),
            ([400, 204], true, ["\"one\"", nil]),
        ] as [([Int], Bool, [String?])]
    )
    func `a conditional deletion has the tag of the listed object`(
        answers: [Int],
        isGone: Bool,
        conditions: [String?]
    ) async throws {
        let transport = ScriptedTransport { request, number throws(HTTPError) in
            guard request.method == .head else { return HTTPResponse(status: answers[number - 1]) }
            return Self.head
        }
        let store = try store("s3://bucket", [:], transport)
        var seen = ObjectInfo(name: Self.pack, size: 3, modified: 1_795_422_720, tag: "one")
        #expect(try await store.delete(ifUnchanged: seen) == isGone)
        let removals = transport.asked.filter { $0.method == .delete }
        #expect(removals.map { $0.header("If-Match") } == conditions)
        seen.tag = "other"
        #expect(try await store.delete(ifUnchanged: seen) == false)
        #expect(transport.asked.last?.method == .head, "the object is not deleted")
    }

    @Test(arguments: ["ExpiredToken", "InvalidRequest", "BadDigest"])
    func `a deletion is repeated without its condition only if the server does not support it`(
        code: String
    ) async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            if request.method == .delete {
                let isRefused = request.header("If-Match") != nil
                return isRefused ? .fault(code) : HTTPResponse(status: 204)
            }
            return Self.head
        }
        let store = try store("s3://bucket", [:], transport)
        let seen = ObjectInfo(name: Self.pack, size: 3, modified: 1_795_422_720, tag: "one")
        let isGone = try? await store.delete(ifUnchanged: seen)
        #expect(isGone == (code == "InvalidRequest" ? true : nil))
        let removals = transport.asked.filter { $0.method == .delete }
        #expect(removals.contains { $0.header("If-Match") == nil } == (isGone == true))
        // Expired credentials are requested again.
        #expect(removals.count == (code == "BadDigest" ? 1 : 2))
    }

    @Test func `a listing has the clock difference from the dates of responses`() async throws {
        let transport = ScriptedTransport { _, number throws(HTTPError) in
            let date = HTTPRequest.Header("Date", "Mon, 23 Nov 2015 08:32:00 GMT")
            let body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
            return HTTPResponse(
                status: 200,
                headers: number == 0 ? [] : [date],
                body: Array(body.utf8)
            )
        }
        let store = try store("s3://bucket", [:], transport)
        #expect(try await store.list(prefix: "").clockDifference == 0)
        let difference = Timestamp.now().seconds - 1_448_267_520
        #expect(abs(try await store.list(prefix: "").clockDifference + difference) < 60)
    }

    @Test func `a write is signed with the digest of its body and has a checksum`()
        async throws
    {
        let transport = accepting()
        try await store("s3://bucket", [:], transport).write("v1/x", Array("abc".utf8))
        let request = try #require(transport.asked.first)
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(request.header("X-Amz-Content-Sha256") == digest)
        #expect(
            request.header("X-Amz-Checksum-Sha256")
                == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        )
        let authorization = try #require(request.header("Authorization"))
        #expect(authorization.contains("/us-east-1/s3/aws4_request"))
        #expect(authorization.contains("x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date"))
        #expect(request.headers.filter { $0.name == "X-Amz-Content-Sha256" }.count == 1)
    }

    @Test func `a write has the encryption and the storage class of the options`() async throws {
        let transport = accepting()
        let store = try store(
            "s3://bucket?encryption=aws:kms&kms-key=alias/ci",
            ["BUILDSPEC_S3_STORAGE_CLASS": "ONEZONE_IA"],
            transport
        )
        try await store.write("v1/x", [])
        let request = try #require(transport.asked.first)
        #expect(request.header("X-Amz-Server-Side-Encryption") == "aws:kms")
        #expect(request.header("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") == "alias/ci")
        #expect(request.header("X-Amz-Storage-Class") == "ONEZONE_IA")
    }

    @Test func `an anonymous store signs nothing and needs no credentials`() async throws {
        let transport = accepting()
        let store = S3Store(
            try S3Location("s3://bucket?anonymous=true"),
            environment: [:],
            transport: transport
        )
        _ = try await store.read("v1/x", limit: 9)
        #expect(transport.asked.first?.headers == [])
    }

    @Test(arguments: ["1", "true", "yes"])
    func `a denied request of an anonymous store is reported as unsigned`(word: String) async throws
    {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in
            .text("<Error><Code>AccessDenied</Code><Message>no</Message></Error>", status: 403)
        }
        let store = S3Store(
            try S3Location("s3://bucket/p"),
            environment: [S3Location.Option.anonymous.variable: word],
            transport: transport
        )
        let error = await #expect(throws: StoreError.self) { try await store.write("v1/x", []) }
        #expect(
            error?.description.hasSuffix(
                "access denied (no); unsigned requests ('anonymous') need s3:PutObject on "
                    + "'s3://bucket/p'"
            ) == true,
            "\(error as Any)"
        )
    }

    @Test func `a bucket in another region is found, and the region is remembered`() async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            if request.endpoint.host.contains("eu-central-1") { return HTTPResponse(status: 200) }
            return HTTPResponse(
                status: 301,
                headers: [.init("x-amz-bucket-region", "eu-central-1")]
            )
        }
        let store = try store("s3://bucket", [:], transport)
        try await store.write("v1/x", [])
        try await store.write("v1/y", [])
        #expect(
            transport.asked.map(\.endpoint.host) == [
                "bucket.s3.us-east-1.amazonaws.com", "bucket.s3.eu-central-1.amazonaws.com",
                "bucket.s3.eu-central-1.amazonaws.com",
            ]
        )
        #expect(transport.asked.last?.header("Authorization")?.contains("eu-central-1") == true)
    }

    @Test func `the region in the body of an error is used`() async throws {
        let transport = ScriptedTransport { request, count throws(HTTPError) in
            if count > 0 { return HTTPResponse(status: 200) }
            return .text(
                "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>",
                status: 400
            )
        }
        let store = try store("s3://bucket?endpoint=http://h:1", [:], transport)
        try await store.write("v1/x", [])
        #expect(transport.asked.map(\.endpoint.host) == ["h", "h"])
        #expect(transport.asked.last?.header("Authorization")?.contains("eu-west-3") == true)
    }

    @Test func `a second redirect to another region is an error`() async throws {
        let transport = ScriptedTransport { _, count throws(HTTPError) in
            HTTPResponse(status: 301, headers: [.init("x-amz-bucket-region", "eu-west-\(count)")])
        }
        let store = try store("s3://bucket", [:], transport)
        await #expect(throws: StoreError.self) { try await store.write("v1/x", []) }
        #expect(transport.asked.count == 2)
    }

    @Test(arguments: [(200, true), (412, false)])
    func `a conditional write reports whether it created the object`(
        status: Int,
        isWritten: Bool
    ) async throws {
        let transport = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: status) }
        let created = try await store("s3://bucket", [:], transport).create("v1/x", [1])
        #expect(created == isWritten)
        #expect(transport.asked.map { $0.header("If-None-Match") } == ["*"])
    }

    @Test(arguments: [409, 501])
    func `a server without conditional writes gets the object without a condition`(
        status: Int
    ) async throws {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            HTTPResponse(status: request.header("If-None-Match") == nil ? 200 : status)
        }
        #expect(try await store("s3://bucket", [:], transport).create("v1/x", [1]))
        #expect(transport.asked.count == 2)
    }

    @Test func `a denied request names the permission, and a missing object reads as nil`()
        async throws
    {
        let transport = ScriptedTransport { request, _ throws(HTTPError) in
            request.method == .head
                ? HTTPResponse(status: 403)
                : .text("<Error><Code>NoSuchKey</Code></Error>", status: 404)
        }
        let store = try store("s3://bucket/p", [:], transport)
        #expect(try await store.read("v1/x", limit: 9) == nil)
        let error = await #expect(throws: StoreError.self) { try await store.info("v1/x") }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("s3:GetObject on 's3://bucket/p'") == true)
    }

    @Test(
        arguments: [
            ("bucket/x", "does not begin with 's3://'"), ("s3://", "not a bucket name"),
            ("s3://a", "not a bucket name"), ("s3://a b c", "not a bucket name"),
            ("s3://bucket//x", "cannot be part of a prefix"),
            ("s3://bucket/../x", "cannot be part of a prefix"),
            ("s3://bucket/a%2Fb", "cannot be part of a prefix"),
            ("s3://bucket?colour=red", "is not an option; the options are endpoint, region"),
            ("s3://bucket?region", "'region' has no value"),
            ("s3://bucket?region=", "'region=' has no value"),
            ("s3://bucket?region=../x", "is not a region name"),
            ("s3://bucket?endpoint=nowhere", "is not an http or https URL"),
            ("s3://bucket?encryption=rot13", "not 'rot13'"),
            ("s3://bucket?addressing=sideways", "not 'sideways'"),
            ("s3://bucket?anonymous=maybe", "'anonymous' must be 'true' or 'false', not 'maybe'"),
        ]
    )
    func `an invalid bucket address is an error with the reason`(address: String, reason: String) {
        let error = #expect(throws: AWSError.self) { try S3Location(address) }
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test(arguments: S3Location.Option.allCases.filter { $0.problem(with: "?") != nil })
    func `an invalid bucket variable is an error with its name before any request`(
        option: S3Location.Option
    ) async throws {
        let store = try store("s3://bucket", [option.variable: "?"], .forbidden)
        let error = await #expect(throws: StoreError.self) { try await store.info("v1/x") }
        #expect(error?.description.hasPrefix("\(option.variable): ") == true, "\(error as Any)")
    }

    @Test(arguments: ["gs://bucket/x", "S3://bucket/x", "s3:bucket/x", "file:///x", "ssh+x://y"])
    func `an address with another scheme is neither a bucket nor a directory`(text: String) {
        #expect(S3Location.isForeignAddress(text) && !S3Location.isAddress(text))
    }

    @Test(arguments: ["s3://bucket", "/a/b", "a:b", "s3", "a/b://c", ":x", "C:/cache"])
    func `a directory can have a colon in its name`(text: String) {
        #expect(!S3Location.isForeignAddress(text))
    }
}

/// Listings of buckets, which can come from a hostile server.
@Suite(.timed) struct `Bucket listings` {
    private static let page = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
        <IsTruncated>true</IsTruncated><NextContinuationToken>a+/=&lt;</NextContinuationToken>
        <Contents><Key>p/v1/a&amp;b</Key><LastModified>2026-11-23T09:50:00.000Z</LastModified>
        <ETag>&quot;x&quot;</ETag><Size>12</Size><Owner><ID>1</ID></Owner></Contents>
        <Contents><Size>0</Size><Key>p/v1/c</Key><LastModified>2026-11-23T09:50:01Z</LastModified>
        </Contents><CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes></ListBucketResult>
        """

    @Test func `a page of a listing has its objects and the continuation token`() throws {
        let listing = try #require(S3Listing(Array(Self.page.utf8)))
        #expect(listing.objects.map(\.key) == ["p/v1/a&b", "p/v1/c"])
        #expect(listing.objects.map(\.size) == [12, 0])
        #expect(listing.objects.first?.modified == Timestamp(extended: "2026-11-23T09:50:00Z"))
        #expect(listing.continuation == "a+/=<")
    }

    @Test(
        arguments: [
            "", "<html></html>", "<ListBucketResult>", "<ListBucketResult></ListBucketResult>x",
            "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><ListBucketResult></ListBucketResult>",
            String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
        ]
    )
    func `a response that is not a listing is refused`(text: String) {
        #expect(S3Listing(Array(text.utf8)) == nil)
    }

    @Test func `a listing with an entity that grows exponentially is refused`() {
        var text = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
        for level in 1..<12 {
            let name = UnicodeScalar(UInt8(97 + level))
            let previous = UnicodeScalar(UInt8(96 + level))
            let value = String(repeating: "&\(previous);", count: 10)
            text += "<!ENTITY \(name) '\(value)'>"
        }
        text += "]><ListBucketResult><Name>&l;</Name></ListBucketResult>"
        #expect(S3Listing(Array(text.utf8)) == nil)
    }

    @Test func `a damaged page of a listing is read or refused`() {
        var random = SplitMix64(seed: 20_261_123)
        for _ in 0..<3_000 {
            var bytes = Array(Self.page.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { break }
            }
            if let listing = S3Listing(bytes) { #expect(listing.objects.count <= 2) }
        }
    }
}
