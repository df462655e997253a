import BuildspecCache
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecAWS

/// Servers that answer every request but are not buckets, and servers that never answer.
@Suite(.timed, .timeLimit(.minutes(2)))
struct `False buckets` {
    private func store(_ server: LocalServer, timeout: Duration = .seconds(20)) throws -> S3Store {
        S3Store(
            try S3Location("s3://bucket/ci"),
            environment: [
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:\(server.port)",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
            ],
            timeout: timeout
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
    func `a save to a server that answers 200 to everything fails`(
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
    func `a listing that repeats its pages is an error`(tokens: [String]) async throws {
        let server = try LocalServer { _, number in
            let token = tokens[number % tokens.count]
            let xml = """
                <ListBucketResult><IsTruncated>true</IsTruncated>\
                <NextContinuationToken>\(token)</NextContinuationToken></ListBucketResult>
                """
            return Self.page(xml, "Content-Type: application/xml\r\n")
        }
        let error = await #expect(throws: StoreError.self) {
            try await store(server).list(prefix: "v1/").objects
        }
        #expect(error?.description.contains("repeats a page") == true, "\(error as Any)")
        #expect(server.received.count <= tokens.count + 1)
    }

    /// An endless listing: the keys of each page by its number.
    struct Endless: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var keys: @Sendable (Int) -> [String]
    }

    @Test(arguments: [
        Endless(testDescription: "nothing") { _ in [] },
        Endless(testDescription: "the same names") { _ in ["ci/v1/a", "ci/v1/b"] },
        Endless(testDescription: "names in turn") { ["ci/v1/\($0 % 3)"] },
        Endless(testDescription: "one new name") { ["ci/v1/\(1_000 - $0)"] },
        Endless(testDescription: "names of another store") { page in
            (0..<100).map { "other/\(page)/\($0)" }
        },
    ])
    func `a listing that never ends is an error`(
        listing: Endless
    ) async throws {
        let server = try LocalServer { _, number in
            Self.listing(listing.keys(number), token: "t\(number)")
        }
        let error = await #expect(throws: StoreError.self) {
            try await store(server).list(prefix: "v1/").objects
        }
        #expect(error?.description.contains("do not end") == true, "\(error as Any)")
        #expect(server.received.count <= 20)
    }

    @Test func `a long unsorted listing with empty pages is read to its end`() async throws {
        let server = try LocalServer { _, number in
            let keys = number.isMultiple(of: 3) ? [] : (0..<50).map { "ci/v1/\(99 - number)/\($0)" }
            return Self.listing(keys, token: number < 60 ? "t\(number)" : nil)
        }
        let found = try await store(server).list(prefix: "v1/").objects
        #expect(found.count == 40 * 50)
    }

    private static func listing(_ keys: [String], token: String?) -> LocalServer.Action {
        let objects = keys.map {
            "<Contents><Key>\($0)</Key><Size>1</Size>"
                + "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        }
        let end = token.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
        return page(
            "<ListBucketResult><IsTruncated>\(token != nil)</IsTruncated>\(end)\(objects.joined())"
                + "</ListBucketResult>",
            "Content-Type: application/xml\r\n"
        )
    }

    @Test func `requests to a service that never answers take the timeout in total`() async throws {
        let server = try LocalServer { _, _ in .stall }
        let start = ContinuousClock.now
        let store = try store(server, timeout: .seconds(4))
        for name in ["v1/keys/a", "v1/keys/b", "v1/keys/c"] {
            await #expect(throws: StoreError.self) { try await store.read(name, limit: 9) }
        }
        let time = ContinuousClock.now - start
        #expect(time > .seconds(2) && time < .seconds(8), "\(time)")
    }
}
