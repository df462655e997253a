internal import BuildspecFiles
internal import Synchronization

/// The upload of one file: in one request, or in parts that run in parallel.
///
/// Source: Amazon S3 API reference, CreateMultipartUpload and the operations that it names.
struct MultipartUpload: Sendable {
    let client: S3Client
    let source: UploadSource
    /// The names of the key without the location's prefix.
    let key: [String]
    /// The headers of the new object.
    let headers: [HTTPRequest.Header]
    /// The permission that the credentials need to write.
    let permission: String

    /// The largest number of parts that S3 accepts.
    private static let maxParts: UInt64 = 10_000
    /// How much memory the parts of one file need at most, if a part is not larger.
    private static let memory: UInt64 = 512 << 20

    private struct SentPart: Sendable {
        var number: Int
        var tag: String
        var checksum: String
    }

    /// Sends the file with one request, whose digest the service verifies.
    func sendWhole() async throws(AWSError) {
        let response = try await client.send { () async throws(AWSError) in
            let part = try await source.read(Int(source.size), at: 0)
            return call(.put, headers: headers, part: part)
        }
        _ = try tag(response)
    }

    /// Sends the file in parts of at least `partSize` bytes, and aborts the upload if that fails.
    func send(partSize: UInt64) async throws(AWSError) {
        let id = try await create()
        do throws(AWSError) {
            try await complete(id, try await sendParts(id, atLeast: partSize))
        } catch {
            // A request of a cancelled task is not sent, so another task sends this one.
            let failure = await Task { await abort(id) }.value
            throw AWSError.joined([error, failure].compactMap(\.self), "cannot \(source.action)")
        }
    }

    private func create() async throws(AWSError) -> String {
        let checksum = HTTPRequest.Header("X-Amz-Checksum-Algorithm", "SHA256")
        let response = try await client.send(
            call(.post, query: [.init("uploads")], headers: headers + [checksum])
        )
        var id = ""
        let isRead = XMLReader.read(response.body) { path, text in
            if path == ["InitiateMultipartUploadResult", "UploadId"] { id = text }
        }
        guard isRead, !id.isEmpty else {
            throw .badResponse(source.action, "the response has no upload id")
        }
        return id
    }

    private func sendParts(
        _ id: String,
        atLeast smallest: UInt64
    ) async throws(AWSError) -> [SentPart] {
        let maxParts = MultipartUpload.maxParts
        let size = max(smallest, (source.size + maxParts - 1) / maxParts)
        let count = Int((source.size + size - 1) / size)
        let width = Int(max(1, min(8, MultipartUpload.memory / size)))
        let outcome = await withTaskGroup(of: Result<SentPart, AWSError>.self) {
            group -> Result<[SentPart], AWSError> in
            var sent: [SentPart] = []
            for number in 1...(count + width) {
                // The first parts start at once, each further one after the end of another.
                if number > width, let result = await group.next() {
                    switch result {
                    case .success(let part): sent.append(part)
                    case .failure:
                        group.cancelAll()
                        return result.map { [$0] }
                    }
                }
                guard number <= count else { continue }
                group.addTask { await sendPart(id, number, size) }
            }
            return .success(sent.sorted { $0.number < $1.number })
        }
        return try outcome.get()
    }

    private func sendPart(
        _ id: String,
        _ number: Int,
        _ size: UInt64
    ) async -> Result<SentPart, AWSError> {
        let offset = UInt64(number - 1) * size
        let query: [HTTPRequest.QueryItem] = [
            .init("partNumber", String(number)), .init("uploadId", id),
        ]
        do throws(AWSError) {
            let checksum = Mutex("")
            let response = try await client.send { () async throws(AWSError) in
                let part = try await source.read(Int(min(size, source.size - offset)), at: offset)
                checksum.withLock { $0 = Base64.encode(part.digest) }
                return call(.put, query: query, part: part)
            }
            return .success(
                SentPart(
                    number: number,
                    tag: try tag(response),
                    checksum: checksum.withLock(\.self)
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// Joins the parts to the object; `RetryingTransport` knows a failure with the status 200.
    private func complete(_ id: String, _ parts: [SentPart]) async throws(AWSError) {
        let list = parts.map { part in
            "<Part><PartNumber>\(part.number)</PartNumber><ETag>\"\(part.tag)\"</ETag>"
                + "<ChecksumSHA256>\(part.checksum)</ChecksumSHA256></Part>"
        }
        let body =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + list.joined() + "</CompleteMultipartUpload>"
        var call = call(.post, query: [.init("uploadId", id)])
        call.headers = [.init("Content-Type", "application/xml")]
        call.body = Array(body.utf8)
        let response = try await client.send(call)
        var isComplete = false
        // S3's root is CompleteMultipartUploadResult; moto 5.2 has another one. A failure has no tag.
        let isRead = XMLReader.read(response.body) { path, text in
            if path.count == 2, path.last == "ETag", !text.isEmpty { isComplete = true }
        }
        guard isRead, isComplete else {
            throw .badResponse(source.action, "the response does not confirm the upload")
        }
    }

    /// Deletes the parts, and returns the error if that fails.
    private func abort(_ id: String) async -> AWSError? {
        var call = call(.delete, query: [.init("uploadId", id)])
        call.action = "delete the parts of the upload '\(id)'"
        call.permission = "s3:AbortMultipartUpload"
        do throws(AWSError) {
            _ = try await client.send(call, accepting: [404])
            return nil
        } catch {
            return error
        }
    }

    private func call(
        _ method: HTTPRequest.Method,
        query: [HTTPRequest.QueryItem] = [],
        headers: [HTTPRequest.Header] = [],
        part: UploadSource.Part? = nil
    ) -> S3Client.Call {
        var call = S3Client.Call(
            method: method,
            key: key,
            query: query,
            headers: headers,
            action: source.action,
            permission: permission
        )
        if let part {
            call.headers.append(.init("X-Amz-Checksum-Sha256", Base64.encode(part.digest)))
            call.body = part.bytes
            call.digest = Hex.encode(part.digest)
        }
        return call
    }

    /// The entity tag of a response, which confirms that the service has the bytes.
    private func tag(_ response: HTTPResponse) throws(AWSError) -> String {
        guard let tag = S3Store.tag(response.header("ETag")) else {
            throw .badResponse(source.action, "the response has no entity tag")
        }
        return tag
    }
}
