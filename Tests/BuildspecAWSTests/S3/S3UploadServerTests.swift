import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Uploads to real servers.
@Suite(.timed, .moto, .seaweed, .timeLimit(.minutes(5)))
struct `Uploads to buckets` {
    enum Server: String, CaseIterable {
        case moto
        case seaweed
    }

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func environment(_ server: Server) throws -> [String: String] {
        switch server {
        case .moto: try MotoBucket().environment
        case .seaweed: try #require(SeaweedTrait.server).environment
        }
    }

    private func uploader(_ environment: [String: String]) async throws -> S3Uploader {
        try await TestBucket.make("uploads", environment)
        return S3Uploader(
            try S3Location("s3://uploads"),
            environment: environment,
            transport: nil,
            stall: .seconds(5),
            partSize: 5 << 20
        )
    }

    /// Reads an object with a plain GET.
    private func object(
        _ key: String,
        _ environment: [String: String]
    ) async throws -> HTTPResponse {
        try await TestBucket.client("uploads", environment).send(
            .init(
                method: .get,
                key: key.split(separator: "/").map(String.init),
                limit: 64 << 20,
                action: "read '\(key)'",
                permission: "s3:GetObject"
            ),
            accepting: [404]
        )
    }

    /// Writes a file of 20 MB and some bytes, and returns its text.
    private func writeLarge() throws -> String {
        let text = (0..<2_000_000).map { String($0 + 10_000_000) }.joined(separator: "\n\n")
        try directory.write(text, to: "large")
        return text
    }

    @Test(arguments: Server.allCases)
    func `a file of 20 MB is uploaded in parts`(server: Server) async throws {
        let environment = try environment(server)
        let text = try writeLarge()
        try await uploader(environment).put(file: directory.file("large").string, as: "d/large")
        #expect(try await object("d/large", environment).body == Array(text.utf8))
    }

    @Test(
        arguments: Server.allCases,
        ["root", "a b/c+d", "100%/é", "x=1&y?z#", "~!*'()", "%2F%41"]
    )
    func `an object has the key and the metadata that were given`(
        server: Server,
        key: String
    ) async throws {
        let environment = try environment(server)
        try directory.write(key, to: "small")
        try await uploader(environment).put(
            file: directory.file("small").string,
            as: key,
            contentType: "text/plain",
            metadata: [("codebuild-buildarn", "arn:aws:codebuild:eu-west-1:1:build/p:1")],
            acl: .bucketOwnerFullControl
        )
        let response = try await object(key, environment)
        #expect(response.text == key)
        #expect(response.header("Content-Type")?.hasPrefix("text/plain") == true)
        #expect(
            response.header("x-amz-meta-codebuild-buildarn")
                == "arn:aws:codebuild:eu-west-1:1:build/p:1"
        )
    }

    @Test(arguments: ["small", "large"])
    func `moto encrypts an object with the key that was given`(name: String) async throws {
        let environment = try environment(.moto)
        _ = try writeLarge()
        try directory.write("text", to: "small")
        let arn = "arn:aws:kms:us-east-1:123456789012:key/5f6f2b34-0000-4000-8000-000000000000"
        try await uploader(environment).put(
            file: directory.file(name).string,
            as: name,
            encryption: .kms(key: arn)
        )
        let response = try await object(name, environment)
        #expect(response.header("x-amz-server-side-encryption") == "aws:kms")
        #expect(response.header("x-amz-server-side-encryption-aws-kms-key-id") == arn)
    }

    @Test func `an upload is complete although some responses are cut off`() async throws {
        let environment = try environment(.moto)
        let url = try #require(MotoTrait.server).url
        _ = try await uploader(environment)
        let text = try writeLarge()
        try await FaultyProxy.run(url, .truncate, period: 3, method: "PUT") { proxy in
            var faulty = environment
            faulty["AWS_ENDPOINT_URL_S3"] = proxy.url
            try await uploader(faulty).put(file: directory.file("large").string, as: "cut")
        }
        #expect(try await object("cut", environment).body == Array(text.utf8))
    }
}
