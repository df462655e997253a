public import BuildspecCache
internal import Crypto

/// A store in a bucket: every object is an object of its name, below the prefix.
///
/// The objects are byte for byte those of a store in a directory, so either can be copied to the
/// other by any tool. What is read is not believed here: the engine compares it with its name.
///
/// Source: Amazon S3 API reference; where servers differ, the least that all of them do.
public struct S3Store: CacheStore {
    private let bucket: Bucket
    /// Where the store is: `s3://bucket/prefix`.
    public let location: String

    /// Makes a store; nothing is looked up or sent before the first object is asked for.
    ///
    /// - Parameters:
    ///   - location: the address.
    ///   - environment: the variables that configure AWS's tools, `BUILDSPEC_S3_…`, and `HOME`; see
    ///     `docs/remote-cache.md`.
    ///   - patience: how long a service may be silent in all before it is given up.
    public init(
        _ location: S3Location,
        environment: [String: String],
        patience: Duration = S3Store.patience
    ) {
        // Every request is sent twice, if need be.
        self.init(location, environment: environment, transport: nil, stall: patience / 2)
    }

    /// How long a service may be silent in all, if nobody says so: 20 seconds.
    public static let patience = Duration.seconds(20)

    /// The same, over another transport.
    ///
    /// - Parameters:
    ///   - location: the address.
    ///   - environment: the variables.
    ///   - transport: what sends one request; `nil` is libcurl.
    ///   - stall: how long an exchange may stand still; `nil` is 10 seconds.
    package init(
        _ location: S3Location,
        environment: [String: String],
        transport: (any HTTPTransport)?,
        stall: Duration? = nil
    ) {
        self.location = location.address
        bucket = Bucket { () async throws(AWSError) in
            try S3Client.connecting(location, environment, transport, stall ?? S3Client.stall)
        }
    }

    /// Reads an object with one request.
    public func read(_ name: String, limit: UInt64) async throws(StoreError) -> [UInt8]? {
        try await get(name, limit: limit, isHashed: false)?.body
    }

    /// Reads an object with one request, and hashes it while it comes.
    public func readHashed(
        _ name: String,
        limit: UInt64
    ) async throws(StoreError) -> HashedObject? {
        guard let response = try await get(name, limit: limit, isHashed: true) else { return nil }
        return HashedObject(response.body, sha256: response.bodySHA256)
    }

    /// Writes an object with one request; the service proves the digest of what arrives.
    public func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        do throws(AWSError) {
            _ = try await put(name, bytes, [])
        } catch {
            throw StoreError(error)
        }
    }

    /// Writes an object unless there is one of the name, as far as the service can tell.
    ///
    /// A server that does not know the condition writes the object, which is what `write` does.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        do throws(AWSError) {
            let condition = HTTPRequest.Header("If-None-Match", "*")
            for attempt in 1...4 {
                let status = try await put(name, bytes, [condition], accepting: [409, 412, 501])
                if status == 412 { return false }
                if status != 409 && status != 501 { return true }
                // 409: another writer was at work at the same moment, and may have failed since.
                if status == 501 || !name.hasPrefix(S3Store.records) { break }
                try? await Task.sleep(for: .milliseconds(50 << attempt))
            }
            _ = try await put(name, bytes, [])
            return true
        } catch {
            throw StoreError(error)
        }
    }

    /// Asks for an object's head.
    public func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        do throws(AWSError) {
            let call = S3Client.Call(
                method: .head,
                key: key(name),
                limit: 1,
                action: "look at '\(address(name))'",
                permission: "s3:GetObject"
            )
            let response = try await bucket.client().send(call, accepting: [404])
            if response.status == 404 { return nil }
            guard let size = response.header("Content-Length").flatMap({ UInt64($0) }),
                let modified = response.header("Last-Modified").flatMap(Timestamp.init(header:))
            else { throw .badResponse(call.action, "the answer has no size and time") }
            return ObjectInfo(
                name: name,
                size: size,
                modified: modified.seconds,
                tag: S3Store.tag(response.header("ETag"))
            )
        } catch {
            throw StoreError(error)
        }
    }

    /// Lists a prefix, page by page.
    public func list(prefix: String) async throws(StoreError) -> [ObjectInfo] {
        do throws(AWSError) {
            let client = try await bucket.client()
            let top = client.bucket.prefix.map { $0 + "/" }.joined()
            var found: [ObjectInfo] = []
            var progress = ListingProgress()
            var continuation: String?
            repeat {
                let page = try await page(client, top + prefix, continuation)
                for object in page.objects
                where object.key.hasPrefix(top) && progress.isNew(object.key) {
                    found.append(
                        ObjectInfo(
                            name: String(object.key.dropFirst(top.count)),
                            size: object.size,
                            modified: object.modified.seconds,
                            tag: object.tag
                        )
                    )
                }
                continuation = page.continuation
                if let continuation, let reason = progress.obstacle(to: continuation) {
                    throw .badResponse("list '\(location)'", reason)
                }
            } while continuation != nil
            return found
        } catch {
            throw StoreError(error)
        }
    }

    /// Removes an object.
    public func delete(_ name: ObjectName) async throws(StoreError) {
        _ = try await delete(name, [])
    }

    /// Looks, and then removes on the condition that the object is what was seen.
    ///
    /// The look is for servers that ignore the condition; who does not know it (400, 501) is asked
    /// without it.
    public func delete(ifStill seen: ObjectInfo) async throws(StoreError) -> Bool {
        guard let name = ObjectName(seen.name) else { return false }
        guard let info = try await info(seen.name) else { return true }
        guard info.tag == seen.tag, info.size == seen.size, info.modified == seen.modified else {
            return false
        }
        let condition = info.tag.map { [HTTPRequest.Header("If-Match", "\"\($0)\"")] }
        switch try await delete(name, condition ?? []) {
        case 409, 412: return false
        case 400, 501: try await delete(name)
        default: break
        }
        return true
    }

    /// The difference to the service's clock, which its answers have told.
    public func clockDifference() async -> Int64 { await bucket.clockDifference }

    /// An entity tag without its quotes, which not all servers write.
    static func tag(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0.replacing("\"", with: "") }
    }
}

extension S3Store {
    private func key(_ name: String) -> [String] {
        name.split(separator: "/").map(String.init)
    }

    private func address(_ name: String) -> String { location + "/" + name }

    private func get(
        _ name: String,
        limit: UInt64,
        isHashed: Bool
    ) async throws(StoreError) -> HTTPResponse? {
        do throws(AWSError) {
            let call = S3Client.Call(
                method: .get,
                key: key(name),
                // A refusal's body has no part in what the reader believes.
                limit: max(Int(clamping: limit), 1 << 16),
                hashesAnswer: isHashed,
                action: "read '\(address(name))'",
                permission: "s3:GetObject"
            )
            let response = try await bucket.client().send(call, accepting: [404])
            if response.status == 404 {
                try missing(response, call.action)
                return nil
            }
            guard response.body.count <= limit else {
                throw AWSError(.tooLarge, "cannot \(call.action): it has more than \(limit) bytes")
            }
            return response
        } catch {
            throw StoreError(error)
        }
    }

    private func delete(
        _ name: ObjectName,
        _ condition: [HTTPRequest.Header]
    ) async throws(StoreError) -> Int {
        do throws(AWSError) {
            let call = S3Client.Call(
                method: .delete,
                key: key(name.text),
                headers: condition,
                action: "remove '\(address(name.text))'",
                permission: "s3:DeleteObject"
            )
            let refusals: Set<Int> = condition.isEmpty ? [404] : [400, 404, 409, 412, 501]
            let response = try await bucket.client().send(call, accepting: refusals)
            if response.status == 404 { try missing(response, call.action) }
            return response.status
        } catch {
            throw StoreError(error)
        }
    }

    private func put(
        _ name: String,
        _ bytes: [UInt8],
        _ headers: [HTTPRequest.Header],
        accepting accepted: Set<Int> = []
    ) async throws(AWSError) -> Int {
        let client = try await bucket.client()
        // The service refuses bytes that are not what the name promises.
        let digest = ObjectName(name)?.promisedSHA256 ?? Array(SHA256.hash(data: bytes))
        let call = S3Client.Call(
            method: .put,
            key: key(name),
            headers: headers + client.bucket.writeHeaders + [
                .init("Content-Type", "application/octet-stream"),
                .init("X-Amz-Checksum-Sha256", Base64.encode(digest)),
            ],
            body: bytes,
            digest: hexadecimal(digest),
            action: "write '\(address(name))'",
            permission: "s3:PutObject"
        )
        let response = try await client.send(call, accepting: accepted)
        if response.isSuccess, name.hasPrefix(S3Store.records), !response.isReceipt {
            try await prove(name, bytes, call.action)
        }
        return response.status
    }

    private static let records = "v1/keys/"

    /// Reads back what a service took without the receipt that a bucket gives.
    private func prove(
        _ name: String,
        _ bytes: [UInt8],
        _ action: String
    ) async throws(AWSError) {
        let call = S3Client.Call(
            method: .get,
            key: key(name),
            limit: max(bytes.count, 1 << 16),
            action: "read '\(address(name))'",
            permission: "s3:GetObject"
        )
        let response = try await bucket.client().send(call, accepting: [403, 404])
        // Who may only write cannot prove it.
        if response.status == 403 { return }
        guard response.isSuccess, response.body == bytes else {
            throw .badResponse(
                action,
                "the service says that it is written and does not have it"
            )
        }
    }

    private func page(
        _ client: S3Client,
        _ prefix: String,
        _ continuation: String?
    ) async throws(AWSError) -> S3Listing {
        var query = [HTTPRequest.QueryItem("list-type", "2"), .init("prefix", prefix)]
        if let continuation { query.append(.init("continuation-token", continuation)) }
        let call = S3Client.Call(
            method: .get,
            key: nil,
            query: query,
            limit: 16 << 20,
            action: "list '\(location)'",
            permission: "s3:ListBucket"
        )
        let response = try await client.send(call)
        guard let page = S3Listing(response.body) else {
            throw .badResponse(call.action, "the answer is no listing")
        }
        return page
    }

    /// Tells a missing bucket from a missing object.
    private func missing(_ response: HTTPResponse, _ action: String) throws(AWSError) {
        guard ServiceFault(response)?.code == "NoSuchBucket" else { return }
        throw AWSError(
            .notFound,
            "cannot \(action): the bucket is not there; check its name and the endpoint"
        )
    }
}

extension HTTPResponse {
    /// Whether it is what a bucket answers to a write: no text, and the object's entity tag.
    fileprivate var isReceipt: Bool { body.isEmpty && !(header("ETag") ?? "").isEmpty }
}

/// The client of a store, made once, by whoever needs it first.
private actor Bucket {
    private let connect: @Sendable () async throws(AWSError) -> S3Client
    private var made: S3Client?

    init(connect: @escaping @Sendable () async throws(AWSError) -> S3Client) {
        self.connect = connect
    }

    var clockDifference: Int64 { made?.clockDifference ?? 0 }

    func client() async throws(AWSError) -> S3Client {
        if let made { return made }
        // Two that come at once may both make one; either is as good, and one stays.
        let client = try await connect()
        if made == nil { made = client }
        return made ?? client
    }
}

extension StoreError {
    fileprivate init(_ error: AWSError) {
        let code: StoreError.Code =
            switch error.code {
            case .denied, .badCredentials, .expiredCredentials, .noCredentials: .denied
            case .tooLarge: .tooLarge
            default: .unavailable
            }
        self.init(code, error.message)
    }
}
