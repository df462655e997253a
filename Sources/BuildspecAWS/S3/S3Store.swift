public import BuildspecCache
internal import BuildspecFiles
internal import Crypto

/// A store in a bucket, where each object of the store is an object of the same name below the prefix.
///
/// The objects have the same bytes as those of a store in a directory, so any tool can copy between
/// the two. This type does not verify objects: the engine compares their bytes with their names.
///
/// Source: Amazon S3 API reference; where servers differ, only what all of them support.
public struct S3Store: CacheStore {
    private let shared: SharedClient
    /// The address of the store: `s3://bucket/prefix`.
    public let location: String

    /// Creates a store; files are read and requests are sent from the first access to an object on.
    ///
    /// - Parameters:
    ///   - location: The address.
    ///   - environment: The variables that configure AWS's tools, `BUILDSPEC_S3_…`, and `HOME`; see
    ///     `docs/remote-cache.md`.
    ///   - timeout: How long a service can be silent in total before the request fails.
    public init(
        _ location: S3Location,
        environment: [String: String],
        timeout: Duration = S3Store.defaultTimeout
    ) {
        // A request without a response is sent twice.
        self.init(location, environment: environment, transport: nil, stall: timeout / 2)
    }

    /// The default of how long a service can be silent in total: 20 seconds.
    public static let defaultTimeout = Duration.seconds(20)

    /// Creates a store over another transport of one request; `nil` is libcurl.
    ///
    /// `stall` is how long an exchange can stall; `nil` is 10 seconds.
    init(
        _ location: S3Location,
        environment: [String: String],
        transport: (any HTTPTransport)?,
        stall: Duration? = nil
    ) {
        self.location = location.address
        shared = SharedClient(location, environment, transport, stall)
    }

    /// Reads an object with one request, and hashes the bytes as they arrive.
    public func read(_ name: String, limit: UInt64) async throws(StoreError) -> StoredObject? {
        guard let response = try await get(name, limit: limit) else { return nil }
        return StoredObject(response.body, sha256: response.bodySHA256)
    }

    /// Writes an object with one request; the service verifies the digest of the bytes.
    public func write(_ name: String, _ bytes: [UInt8]) async throws(StoreError) {
        do throws(AWSError) {
            _ = try await put(name, bytes, [])
        } catch {
            throw StoreError(error)
        }
    }

    /// Writes an object unless an object of the name exists, if the service supports that condition.
    ///
    /// A server that does not know the condition writes the object, as `write` does.
    public func create(_ name: String, _ bytes: [UInt8]) async throws(StoreError) -> Bool {
        do throws(AWSError) {
            let condition = HTTPRequest.Header("If-None-Match", "*")
            for attempt in 1...4 {
                let status = try await put(name, bytes, [condition], accepting: [409, 412, 501])
                if status == 412 { return false }
                if status != 409 && status != 501 { return true }
                // 409: another write of the object was in progress, and may have failed since.
                if status == 501 || !name.hasPrefix(S3Store.keyRecords) { break }
                try? await Task.sleep(for: .milliseconds(50 << attempt))
            }
            _ = try await put(name, bytes, [])
            return true
        } catch {
            throw StoreError(error)
        }
    }

    /// Reads the size, time and entity tag of an object with a HEAD request.
    public func info(_ name: String) async throws(StoreError) -> ObjectInfo? {
        do throws(AWSError) {
            let call = S3Client.Call(
                method: .head,
                key: key(name),
                limit: 1,
                action: "check '\(address(name))'",
                permission: "s3:GetObject"
            )
            let response = try await shared.client().send(call, accepting: [404])
            if response.status == 404 { return nil }
            guard let size = response.header("Content-Length").flatMap({ UInt64($0) }),
                let modified = response.header("Last-Modified").flatMap(Timestamp.init(header:))
            else { throw .badResponse(call.action, "the response has no size and time") }
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

    /// Lists the objects below a prefix, page by page.
    public func list(prefix: String) async throws(StoreError) -> ObjectListing {
        do throws(AWSError) {
            let client = try await shared.client()
            let top = client.bucket.prefix.map { $0 + "/" }.joined()
            var found: [ObjectInfo] = []
            var progress = ListingProgress()
            var continuation: String?
            repeat {
                let page = try await page(client, top + prefix, continuation)
                for object in page.objects
                where object.key.hasPrefix(top) && progress.insert(object.key) {
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
                if let continuation, let reason = progress.reasonToStop(before: continuation) {
                    throw .badResponse("list '\(location)'", reason)
                }
            } while continuation != nil
            return ObjectListing(found, clockDifference: client.clockDifference)
        } catch {
            throw StoreError(error)
        }
    }

    /// Deletes an object, or only one that is still as it was listed.
    ///
    /// A HEAD request checks that first, for servers that ignore the condition. A server that does not
    /// know the condition (400, 501) gets the request without it.
    public func delete(
        _ name: ObjectName,
        ifUnchanged listed: ObjectInfo?
    ) async throws(StoreError) -> Bool {
        guard let listed else {
            _ = try await delete(name, [])
            return true
        }
        guard let info = try await info(listed.name) else { return true }
        guard info == listed else { return false }
        let condition = info.tag.map { [HTTPRequest.Header("If-Match", "\"\($0)\"")] }
        switch try await delete(name, condition ?? []) {
        case 409, 412: return false
        case 400, 501: _ = try await delete(name, [])
        default: break
        }
        return true
    }

    /// Removes the quotes of an entity tag, which not all servers send.
    static func tag(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0.replacing("\"", with: "") }
    }
}

extension S3Store {
    private func key(_ name: String) -> [String] {
        name.split(separator: "/").map(String.init)
    }

    private func address(_ name: String) -> String { location + "/" + name }

    private func get(_ name: String, limit: UInt64) async throws(StoreError) -> HTTPResponse? {
        do throws(AWSError) {
            let call = S3Client.Call(
                method: .get,
                key: key(name),
                // The body of a refusal can be longer than the object may be.
                limit: max(Int(clamping: limit), 1 << 16),
                hashesResponse: true,
                action: "read '\(address(name))'",
                permission: "s3:GetObject"
            )
            let response = try await shared.client().send(call, accepting: [404])
            if response.status == 404 {
                try checkBucket(response, call.action)
                return nil
            }
            guard response.body.count <= limit else {
                throw AWSError(.tooLarge, "cannot \(call.action): more than \(limit) bytes")
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
                action: "delete '\(address(name.text))'",
                permission: "s3:DeleteObject"
            )
            let refusals: Set<Int> = condition.isEmpty ? [404] : [400, 404, 409, 412, 501]
            let response = try await shared.client().send(call, accepting: refusals)
            if response.status == 404 { try checkBucket(response, call.action) }
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
        let client = try await shared.client()
        // The service refuses bytes whose digest differs from the one in the object's name.
        let digest = ObjectName(name)?.promisedSHA256 ?? Array(SHA256.hash(data: bytes))
        let call = S3Client.Call(
            method: .put,
            key: key(name),
            headers: headers + client.bucket.writeHeaders + [
                .init("Content-Type", "application/octet-stream"),
                .init("X-Amz-Checksum-Sha256", Base64.encode(digest)),
            ],
            body: bytes,
            digest: Hex.encode(digest),
            action: "write '\(address(name))'",
            permission: "s3:PutObject"
        )
        let response = try await client.send(call, accepting: accepted)
        if response.isSuccess, name.hasPrefix(S3Store.keyRecords), !response.isWriteReceipt {
            try await verifyWritten(name, bytes, call.action)
        }
        return response.status
    }

    private static let keyRecords = "v1/keys/"

    /// Reads an object back, because the service accepted it without an entity tag.
    private func verifyWritten(
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
        let response = try await shared.client().send(call, accepting: [403, 404])
        // Credentials that may only write cannot verify the object.
        if response.status == 403 { return }
        guard response.isSuccess, response.body == bytes else {
            throw .badResponse(action, "the service reports success and does not have the object")
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
            throw .badResponse(call.action, "the response is not a listing")
        }
        return page
    }

    /// Throws if a 404 means a missing bucket and not a missing object.
    private func checkBucket(_ response: HTTPResponse, _ action: String) throws(AWSError) {
        guard ServiceFault(response)?.code == "NoSuchBucket" else { return }
        throw AWSError(
            .notFound,
            "cannot \(action): the bucket does not exist; check its name and the endpoint"
        )
    }
}

extension HTTPResponse {
    /// Whether the response confirms a write as a bucket does: an empty body and an entity tag.
    fileprivate var isWriteReceipt: Bool { body.isEmpty && !(header("ETag") ?? "").isEmpty }
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
