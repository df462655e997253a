import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Servers that answer everything and are no bucket, and those that never answer.
@Suite(.timeLimit(.minutes(2)))
struct `What is no bucket` {
    private func store(_ server: LocalServer, patience: Duration = .seconds(20)) throws -> S3Store {
        S3Store(
            try S3Location("s3://bucket/ci"),
            environment: [
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:\(server.port)",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
            ],
            patience: patience
        )
    }

    private static func page(_ body: String, _ head: String) -> LocalServer.Action {
        .answer(
            "HTTP/1.1 200 OK\r\n\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    @Test(arguments: [
        ("<html>hello</html>", "Content-Type: text/html\r\n"),
        ("<html>hello</html>", "Content-Type: text/html; charset=utf-8\r\nETag: \"x\"\r\n"),
        ("{}", "Content-Type: application/json\r\n"), ("", ""), ("ok", "ETag: \"x\"\r\n"),
    ])
    func `a server that answers 200 to everything has saved nothing`(
        body: String,
        head: String
    ) async throws {
        let server = try LocalServer { request, _ in
            Self.page(request.hasPrefix("HEAD") ? "" : body, head)
        }
        let tree = try TemporaryDirectory()
        try tree.write("x", to: "tree/file")
        let cache = BuildCache(store: try store(server))
        let identity = CacheIdentity(scope: "s", key: "k", paths: ["tree"])
        await #expect(throws: CacheError.self) { try await cache.save(identity, from: tree.path) }
    }

    @Test(arguments: [["same"], ["one", "two"]])
    func `a listing that goes round in circles is an error`(tokens: [String]) async throws {
        let server = try LocalServer { _, number in
            let token = tokens[number % tokens.count]
            let xml = """
                <ListBucketResult><IsTruncated>true</IsTruncated>\
                <NextContinuationToken>\(token)</NextContinuationToken></ListBucketResult>
                """
            return Self.page(xml, "Content-Type: application/xml\r\n")
        }
        let error = await #expect(throws: StoreError.self) {
            try await store(server).list(prefix: "v1/")
        }
        #expect(error?.description.contains("the same page again") == true, "\(error as Any)")
        #expect(server.received.count <= tokens.count + 1)
    }

    @Test func `a service that never answers costs what the option says, in all`() async throws {
        let server = try LocalServer { _, _ in .stall }
        let start = ContinuousClock.now
        let store = try store(server, patience: .seconds(4))
        for name in ["v1/keys/a", "v1/keys/b", "v1/keys/c"] {
            await #expect(throws: StoreError.self) { try await store.read(name, limit: 9) }
        }
        let time = ContinuousClock.now - start
        #expect(time > .seconds(2) && time < .seconds(8), "\(time)")
    }
}
