/// An uploader of files to a bucket, below the prefix of an address.
///
/// Any number of tasks can upload at once. At most 8 requests run, and a part is read only when its
/// request can run. So all uploads together have at most 64 MB in memory, if each file has less than
/// 80 GB.
///
/// Source: Amazon S3 API reference; AWS CodeBuild API reference, ProjectArtifacts.
public struct S3Uploader: Sendable {
    /// An access control list that S3 defines, for a bucket of another account.
    public enum ACL: String, Sendable {
        /// The owner of the bucket can read the object.
        case bucketOwnerRead = "bucket-owner-read"
        /// The owner of the bucket can do everything with the object.
        case bucketOwnerFullControl = "bucket-owner-full-control"
    }

    /// How an object is encrypted, whatever the options of the address are.
    public enum Encryption: Sendable, Equatable {
        /// As the bucket encrypts objects by default.
        case bucketDefault
        /// With a key that S3 manages.
        case s3
        /// With a key of KMS: an ARN, an id or an alias; `nil` is AWS's key for S3.
        case kms(key: String?)
    }

    /// The address below which keys are: `s3://bucket/prefix`.
    public let location: String
    private let shared: SharedClient
    private let partSize: UInt64

    /// Creates an uploader; the first upload reads files and sends requests.
    ///
    /// - Parameters:
    ///   - location: The address.
    ///   - environment: The variables that configure AWS's tools, `BUILDSPEC_S3_…`, and `HOME`; see
    ///     `docs/remote-cache.md`.
    public init(_ location: S3Location, environment: [String: String]) {
        self.init(location, environment: environment, transport: nil)
    }

    /// Creates an uploader over another transport; S3 refuses a `partSize` of less than 5 MiB.
    init(
        _ location: S3Location,
        environment: [String: String],
        transport: (any HTTPTransport)?,
        stall: Duration? = nil,
        partSize: UInt64 = 8 << 20
    ) {
        self.location = location.address
        self.partSize = partSize
        shared = SharedClient(location, environment, transport, stall)
    }

    /// Uploads a file; files of more than 8 MiB are sent in parts.
    ///
    /// The service verifies the SHA-256 of each request. A failed or cancelled upload leaves no object,
    /// and its parts are deleted.
    ///
    /// - Parameters:
    ///   - file: The path of the file, which can be a link.
    ///   - key: The key below the prefix, with any characters.
    ///   - contentType: The media type; `nil` is `application/octet-stream`.
    ///   - metadata: Names, without `x-amz-meta-`, and values, both in ASCII.
    ///   - acl: The access control list; `nil` is the bucket's default.
    ///   - encryption: The encryption; `nil` is that of the address's options.
    /// - Throws: An error that names the file, the object and, after a refusal, the permission.
    public func put(
        file: String,
        as key: String,
        contentType: String? = nil,
        metadata: [(name: String, value: String)] = [],
        acl: ACL? = nil,
        encryption: Encryption? = nil
    ) async throws(AWSError) {
        let action = "upload '\(file)' to '\(location)/\(key)'"
        guard !key.isEmpty, !key.utf8.allSatisfy({ $0 == UInt8(ascii: "/") }) else {
            // A write without a key would create a bucket.
            throw AWSError(.other, "cannot \(action): the key is empty; give the object a name")
        }
        let client = try await shared.client()
        var headers = S3Uploader.encryption(encryption, client.bucket.writeHeaders)
        headers.append(.init("Content-Type", contentType ?? "application/octet-stream"))
        headers += metadata.map { .init("X-Amz-Meta-" + $0.name, $0.value) }
        if let acl { headers.append(.init("X-Amz-Acl", acl.rawValue)) }
        if let header = headers.first(where: { !$0.isPlainText }) {
            throw AWSError(
                .other,
                "cannot \(action): '\(header.name): \(header.value)' is not a header; use ASCII"
            )
        }
        let upload = MultipartUpload(
            client: client,
            source: try await UploadSource(file, action: action),
            key: key.split(separator: "/", omittingEmptySubsequences: false).map(String.init),
            headers: headers,
            permission: acl == nil ? "s3:PutObject" : "s3:PutObject and s3:PutObjectAcl"
        )
        if upload.source.size <= partSize {
            try await upload.sendWhole()
        } else {
            try await upload.send(partSize: partSize)
        }
    }

    private static func encryption(
        _ encryption: Encryption?,
        _ configured: [HTTPRequest.Header]
    ) -> [HTTPRequest.Header] {
        guard let encryption else { return configured }
        let name = "X-Amz-Server-Side-Encryption"
        var headers = configured.filter { !$0.name.hasPrefix(name) }
        switch encryption {
        case .bucketDefault: break
        case .s3: headers.append(.init(name, "AES256"))
        case .kms(let key):
            headers.append(.init(name, "aws:kms"))
            if let key { headers.append(.init(name + "-Aws-Kms-Key-Id", key)) }
        }
        return headers
    }
}

extension HTTPRequest.Header {
    /// Whether name and value are printable ASCII, and the name has no colon or space.
    fileprivate var isPlainText: Bool {
        value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    }
}
