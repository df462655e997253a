import Testing

@testable import BuildspecAWS

/// AWS's published signature test suite ("aws-sig-v4-test-suite").
struct `Signature test suite of AWS` {
    /// A case of the suite: a request and its signature.
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = HTTPRequest.Method.get
        var path: [String] = []
        var query: [HTTPRequest.QueryItem] = []
        var headers: [HTTPRequest.Header] = []
        var body = ""
        /// The suite's own paths are encoded once, as S3's are.
        var style = SigV4.PathStyle.standard
        var signature: String

        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(
            name: "get-vanilla",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-vanilla-query-order-key-case",
            query: [.init("Param2", "value2"), .init("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        Vector(
            name: "get-vanilla-empty-query-key",
            query: [.init("Param1", "value1")],
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        Vector(
            name: "get-unreserved",
            path: ["-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"],
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        Vector(
            name: "get-utf8",
            path: ["ሴ"],
            style: .verbatim,
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        Vector(
            name: "get-vanilla-utf8-query",
            query: [.init("ሴ", "bar")],
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        Vector(
            name: "get-space",
            path: ["example space", ""],
            style: .verbatim,
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        Vector(
            name: "get-relative-relative",
            path: ["example1", "example2", "..", ".."],
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-slash-dot-slash",
            path: [".", ""],
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-slashes",
            path: ["", "example", "", ""],
            signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
        ),
        Vector(
            name: "get-slash-pointless-dot",
            path: [".", "example"],
            signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
        ),
        Vector(
            name: "get-header-key-duplicate",
            headers: ["value2", "value2", "value1"].map { .init("My-Header1", $0) },
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        Vector(
            name: "get-header-value-order",
            headers: ["value4", "value1", "value3", "value2"].map { .init("My-Header1", $0) },
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        Vector(
            name: "get-header-value-trim",
            headers: [.init("My-Header1", " value1"), .init("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        Vector(
            name: "post-vanilla",
            method: .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        Vector(
            name: "post-header-key-sort",
            method: .post,
            headers: [.init("My-Header1", "value1")],
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
        Vector(
            name: "post-header-value-case",
            method: .post,
            headers: [.init("My-Header1", "VALUE1")],
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
        ),
        Vector(
            name: "post-x-www-form-urlencoded",
            method: .post,
            headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
        Vector(
            name: "post-x-www-form-urlencoded-parameters",
            method: .post,
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded; charset=utf8")
            ],
            body: "Param1=value1",
            signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
        ),
    ]

    static func signer(_ style: SigV4.PathStyle, token: String? = nil) -> SigV4 {
        SigV4(
            credentials: Credentials(
                accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: token,
                source: "the test"
            ),
            region: "us-east-1",
            service: "service",
            time: Timestamp(seconds: 1_440_938_160),
            pathStyle: style
        )
    }

    @Test(arguments: vectors)
    func `signatures equal those of AWS's test suite`(vector: Vector) {
        let signer = Self.signer(vector.style)
        let request = HTTPRequest(
            vector.method,
            Endpoint(.https, "example.amazonaws.com"),
            path: vector.path,
            query: vector.query,
            headers: vector.headers + [.init("X-Amz-Date", "20150830T123600Z")],
            body: Array(vector.body.utf8)
        )
        let canonical = signer.canonicalRequest(
            request,
            headers: CanonicalHeaders(request),
            payloadHash: vector.body.isEmpty
                ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                : "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
        )
        #expect(signer.signature(of: signer.stringToSign(canonical)) == vector.signature)
    }

    @Test func `the canonical request and the string to sign equal those of get-vanilla`() {
        let signer = Self.signer(.standard)
        let request = HTTPRequest(
            .get,
            Endpoint(.https, "example.amazonaws.com"),
            headers: [.init("X-Amz-Date", "20150830T123600Z")]
        )
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let canonical = signer.canonicalRequest(
            request,
            headers: CanonicalHeaders(request),
            payloadHash: digest
        )
        #expect(
            canonical == """
                GET
                /

                host:example.amazonaws.com
                x-amz-date:20150830T123600Z

                host;x-amz-date
                \(digest)
                """
        )
        #expect(
            signer.stringToSign(canonical) == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/service/aws4_request
                bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63
                """
        )
    }

    @Test func `a signed request has the date and the authorization header of AWS's test suite`()
        throws
    {
        let request = HTTPRequest(.get, Endpoint(.https, "example.amazonaws.com"))
        let signed = Self.signer(.standard).signed(request)
        #expect(signed.headers.first == .init("X-Amz-Date", "20150830T123600Z"))
        #expect(
            signed.headers.last
                == .init(
                    "Authorization",
                    "AWS4-HMAC-SHA256 "
                        + "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e8629"
                        + "1e8372ff2a2260956d9b8aae1d763fbf31"
                )
        )
    }

    @Test func `a session token is signed with the other headers`() {
        let request = HTTPRequest(.get, Endpoint(.https, "example.amazonaws.com"))
        let signed = Self.signer(.standard, token: "TOKEN").signed(request)
        #expect(signed.headers.contains(.init("X-Amz-Security-Token", "TOKEN")))
        let authorization = signed.headers.last?.value ?? ""
        #expect(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"))
    }
}

/// Amazon S3 API reference, "Signature Calculations for the Authorization Header": examples.
struct `Signature examples of S3` {
    private let signer = SigV4(
        credentials: Credentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            source: "the test"
        ),
        region: "us-east-1",
        service: "s3",
        time: Timestamp(seconds: 1_369_353_600),
        pathStyle: .verbatim
    )
    private let bucket = Endpoint(.https, "examplebucket.s3.amazonaws.com")

    private func signature(_ request: HTTPRequest) -> String {
        let authorization = signer.signed(request).headers.last?.value ?? ""
        return String(authorization.suffix(64))
    }

    @Test func `the signature for a part of an object equals the S3 guide's`() {
        let request = HTTPRequest(
            .get,
            bucket,
            path: ["test.txt"],
            headers: [.init("Range", "bytes=0-9")]
        )
        #expect(
            signature(request)
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func `the signature for a written object equals the S3 guide's`() {
        let request = HTTPRequest(
            .put,
            bucket,
            path: ["test$file.text"],
            headers: [
                .init("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                .init("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            body: Array("Welcome to Amazon S3.".utf8)
        )
        #expect(
            signature(request)
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        )
    }

    @Test func `the signature for a query without values equals the S3 guide's`() {
        #expect(
            signature(HTTPRequest(.get, bucket, query: [.init("lifecycle")]))
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        )
    }

    @Test func `the signature for a listing equals the S3 guide's`() {
        let query = [HTTPRequest.QueryItem("max-keys", "2"), .init("prefix", "J")]
        #expect(
            signature(HTTPRequest(.get, bucket, query: query))
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        )
    }

    @Test func `a presigned URL equals the S3 guide's`() {
        let request = signer.presigned(
            HTTPRequest(.get, bucket, path: ["test.txt"]),
            expiresIn: 86400
        )
        #expect(
            request.url == "https://examplebucket.s3.amazonaws.com/test.txt"
                + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
                + "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
                + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
    }

    @Test func `an object's name is not normalized in the URL`() {
        let request = HTTPRequest(.get, bucket, path: ["a", "", "..", "b c+é", ""])
        #expect(request.url == "https://examplebucket.s3.amazonaws.com/a//../b%20c%2B%C3%A9/")
    }
}
