import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Requests of uploads to a scripted bucket.
@Suite(.timed, .timeLimit(.minutes(1)))
struct `Upload requests` {
    private let directory: TemporaryDirectory
    private let receipt = HTTPResponse(status: 200, headers: [.init("ETag", "\"t\"")])

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a file of 26 bytes and creates an uploader with parts of 10 bytes.
    private func uploader(
        _ transport: ScriptedTransport,
        _ address: String = "s3://bucket/out"
    ) throws -> S3Uploader {
        try directory.write("abcdefghijklmnopqrstuvwxyz", to: "f")
        return S3Uploader(
            try S3Location(address),
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_EC2_METADATA_DISABLED": "true",
            ],
            transport: transport,
            partSize: 10
        )
    }

    private var file: String { directory.file("f").string }

    /// Creates a bucket that accepts parts, except as `answer` says.
    private func bucket(
        _ answer: @escaping @Sendable (HTTPRequest) throws(HTTPError) -> HTTPResponse?
    ) -> ScriptedTransport {
        let receipt = receipt
        return ScriptedTransport { request, _ throws(HTTPError) in
            if let response = try answer(request) { return response }
            if request.method == .put { return receipt }
            if request.method == .delete { return HTTPResponse(status: 204) }
            return request.query.first?.name == "uploads"
                ? .text(
                    "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                        + "</InitiateMultipartUploadResult>"
                )
                : .text(
                    "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"
                )
        }
    }

    @Test func `a large file is sent in parts that are joined in their order`() async throws {
        let transport = bucket { _ in nil }
        try await uploader(transport).put(file: file, as: "f")
        let parts = transport.asked.filter { $0.method == .put }
        let sent = parts.map { ($0.query[0].value, String(decoding: $0.body, as: UTF8.self)) }
        #expect(
            sent.sorted { $0.0 < $1.0 }.map(\.1) == ["abcdefghij", "klmnopqrst", "uvwxyz"]
        )
        let list = try #require(transport.asked.last).body
        let numbers = String(decoding: list, as: UTF8.self).split(separator: "<PartNumber>")
            .dropFirst().map { $0.prefix(1) }
        #expect(numbers == ["1", "2", "3"])
    }

    @Test func `a part that is refused aborts the upload and names the permission`() async throws {
        let transport = bucket { request in
            request.query.first?.value == "2"
                ? .text("<Error><Code>AccessDenied</Code></Error>", status: 403) : nil
        }
        let uploader = try uploader(transport)
        let error = await #expect(throws: AWSError.self) {
            try await uploader.put(file: file, as: "f", acl: .bucketOwnerRead)
        }
        let message = error?.message ?? ""
        #expect(message.hasPrefix("cannot upload '\(file)' to 's3://bucket/out/f': access denied"))
        #expect(message.contains("s3:PutObject and s3:PutObjectAcl on 's3://bucket/out'"))
        let last = try #require(transport.asked.last)
        #expect(last.method == .delete && last.query == [.init("uploadId", "u/1")])
    }

    @Test func `a success whose body is an error fails and aborts the upload`() async throws {
        let transport = bucket { request in
            request.method == .post && request.query.first?.name == "uploadId"
                ? .text(
                    "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code>"
                        + "<Message>Try again.</Message></Error>"
                ) : nil
        }
        let uploader = try uploader(transport)
        let error = await #expect(throws: AWSError.self) {
            try await uploader.put(file: file, as: "f")
        }
        #expect(error?.message.contains("InternalError, HTTP 500: Try again.") == true)
        #expect(transport.asked.count { $0.query.first?.name == "uploadId" } == 6)
        #expect(transport.asked.last?.method == .delete)
    }

    @Test func `a file that changes during the upload is an error`() async throws {
        let directory = directory
        let transport = bucket { request in
            if request.query.first?.name == "uploads" { try? directory.write("new", to: "f") }
            return nil
        }
        let uploader = try uploader(transport)
        let error = await #expect(throws: AWSError.self) {
            try await uploader.put(file: file, as: "f")
        }
        let reason = "the file changed during the upload; upload it again"
        #expect(error?.message.hasSuffix(reason) == true)
        #expect(transport.asked.last?.method == .delete)
    }

    @Test func `a write without an entity tag is not a success`() async throws {
        try directory.write("x", to: "small")
        let transport = ScriptedTransport { _, _ throws(HTTPError) in HTTPResponse(status: 200) }
        let uploader = try uploader(transport)
        let error = await #expect(throws: AWSError.self) {
            try await uploader.put(file: directory.file("small").string, as: "f")
        }
        #expect(error?.code == .badResponse)
    }

    @Test func `an object has the headers that the caller gives`() async throws {
        try directory.write("x", to: "small")
        let transport = bucket { _ in nil }
        let uploader = try uploader(transport, "s3://bucket?encryption=AES256")
        let small = directory.file("small").string
        try await uploader.put(file: small, as: "a b+%ü/x")
        try await uploader.put(
            file: small,
            as: "f",
            contentType: "application/zip",
            metadata: [("codebuild-buildarn", "arn:aws:codebuild:x")],
            acl: .bucketOwnerFullControl,
            encryption: .kms(key: "alias/k")
        )
        try await uploader.put(file: small, as: "f", encryption: .bucketDefault)
        let encryption = "X-Amz-Server-Side-Encryption"
        #expect(
            transport.asked.map { $0.header(encryption) } == ["AES256", "aws:kms", nil]
        )
        #expect(transport.asked[0].url.hasSuffix("/a%20b%2B%25%C3%BC/x"))
        #expect(transport.asked[1].header(encryption + "-Aws-Kms-Key-Id") == "alias/k")
        #expect(transport.asked[1].header("x-amz-acl") == "bucket-owner-full-control")
        #expect(
            transport.asked[1].header("x-amz-meta-codebuild-buildarn") == "arn:aws:codebuild:x"
        )
        #expect(transport.asked[1].header("Content-Type") == "application/zip")
    }

    @Test(arguments: ["", "/"])
    func `an empty key is refused without a request`(key: String) async throws {
        let uploader = try uploader(.forbidden, "s3://bucket")
        let error = await #expect(throws: AWSError.self) {
            try await uploader.put(file: file, as: key)
        }
        #expect(error?.message.contains("the key is empty") == true)
    }
}
