internal import BuildspecFiles
internal import Crypto

/// Signature version 4: signs a request with headers or query items.
///
/// The three stages `canonicalRequest`, `stringToSign` and `signature` are pure functions that can be
/// tested separately. Path and query are signed from the same lists that the transport encodes; no URL
/// is parsed.
///
/// Source: AWS IAM user guide, "Create a signed AWS API request".
struct SigV4: Sendable {
    /// How the path of a request is signed.
    enum PathStyle: Sendable {
        /// Normalised, and encoded once more than the sent path: every service except S3.
        case standard
        /// As the path is sent: S3, where `a//b` and `../a` are valid keys.
        case verbatim
    }

    /// How the body of a request is signed.
    enum Payload: Sendable, Equatable {
        /// By its SHA-256.
        case signed
        /// By a SHA-256 that the caller has computed, in hexadecimal.
        case digest(String)
        /// Not at all, which only S3 accepts, over TLS.
        case unsigned
    }

    static let algorithm = "AWS4-HMAC-SHA256"

    var credentials: Credentials
    var region: String
    var service: String
    var time: Timestamp
    var pathStyle = PathStyle.standard

    // MARK: Whole requests

    /// Signs a request with all its headers, by date, session token and `Authorization`.
    ///
    /// S3 needs the payload's hash in `X-Amz-Content-Sha256`, so the verbatim style adds that
    /// header.
    func signed(_ request: HTTPRequest, payload: Payload = .signed) -> HTTPRequest {
        var signed = request
        signed.headers.append(.init("X-Amz-Date", time.basic))
        let hash = payloadHash(request, payload)
        if pathStyle == .verbatim { signed.headers.append(.init("X-Amz-Content-Sha256", hash)) }
        if let token = credentials.sessionToken {
            signed.headers.append(.init("X-Amz-Security-Token", token))
        }
        let headers = CanonicalHeaders(signed)
        let canonical = canonicalRequest(signed, headers: headers, payloadHash: hash)
        let signature = signature(of: stringToSign(canonical))
        signed.headers.append(
            .init(
                "Authorization",
                "\(SigV4.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
                    + "SignedHeaders=\(headers.names), Signature=\(signature)"
            )
        )
        return signed
    }

    /// Signs a request in its query, so that others can use its URL for `seconds`, at most a week.
    ///
    /// The headers of the request are signed and must be sent too.
    func presigned(
        _ request: HTTPRequest,
        expiresIn seconds: Int,
        payload: Payload = .unsigned
    ) -> HTTPRequest {
        let headers = CanonicalHeaders(request)
        var presigned = request
        presigned.query += [
            .init("X-Amz-Algorithm", SigV4.algorithm),
            .init("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            .init("X-Amz-Date", time.basic),
            .init("X-Amz-Expires", String(seconds)),
            .init("X-Amz-SignedHeaders", headers.names),
        ]
        if let token = credentials.sessionToken {
            presigned.query.append(.init("X-Amz-Security-Token", token))
        }
        let canonical = canonicalRequest(
            presigned,
            headers: headers,
            payloadHash: payloadHash(request, payload)
        )
        presigned.query.append(.init("X-Amz-Signature", signature(of: stringToSign(canonical))))
        return presigned
    }

    // MARK: The three stages

    /// Stage 1: writes the request in the canonical form that client and service agree on.
    func canonicalRequest(
        _ request: HTTPRequest,
        headers: CanonicalHeaders,
        payloadHash: String
    ) -> String {
        [
            request.method.rawValue,
            canonicalPath(request.fullPath),
            canonicalQuery(request.query),
            headers.lines,
            headers.names,
            payloadHash,
        ].joined(separator: "\n")
    }

    /// Stage 2: joins the canonical request's digest with date and scope.
    func stringToSign(_ canonicalRequest: String) -> String {
        [
            SigV4.algorithm,
            time.basic,
            scope,
            Hex.encode(SHA256.hash(data: Array(canonicalRequest.utf8))),
        ].joined(separator: "\n")
    }

    /// Stage 3: signs with a key that is valid for one day, region and service.
    func signature(of stringToSign: String) -> String {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [time.day, region, service, "aws4_request"] {
            let code = HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key)
            key = SymmetricKey(data: Array(code))
        }
        return Hex.encode(
            HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key)
        )
    }

    // MARK: Parts

    private var scope: String { "\(time.day)/\(region)/\(service)/aws4_request" }

    private func payloadHash(_ request: HTTPRequest, _ payload: Payload) -> String {
        switch payload {
        case .signed: Hex.encode(SHA256.hash(data: request.body))
        case .digest(let digest): digest
        case .unsigned: "UNSIGNED-PAYLOAD"
        }
    }

    private func canonicalPath(_ names: [String]) -> String {
        switch pathStyle {
        case .verbatim: PercentEncoding.path(names)
        case .standard: PercentEncoding.path(normalized(names).map(PercentEncoding.encode))
        }
    }

    /// Removes empty names and `.`, and resolves `..`; a slash at the end stays.
    private func normalized(_ names: [String]) -> [String] {
        var result: [String] = []
        for name in names where !name.isEmpty && name != "." {
            if name == ".." { _ = result.popLast() } else { result.append(name) }
        }
        return names.last == "" && !result.isEmpty ? result + [""] : result
    }

    private func canonicalQuery(_ items: [HTTPRequest.QueryItem]) -> String {
        items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }
}

/// The headers of a request in canonical form: lower-case names, sorted, spaces folded.
struct CanonicalHeaders {
    /// A line for each name, with a line break.
    let lines: String
    /// The names, separated by semicolons.
    let names: String

    /// Headers that a proxy may add or change, which are never signed.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent",
        "x-amzn-trace-id",
    ]

    init(_ request: HTTPRequest) {
        var values = ["host": [request.endpoint.authority]]
        for header in request.headers {
            let name = header.name.lowercased()
            if name == "host" {
                values[name] = [header.value]
            } else if !CanonicalHeaders.unsigned.contains(name) {
                values[name, default: []].append(CanonicalHeaders.folded(header.value))
            }
        }
        let sorted = values.sorted { $0.key < $1.key }
        lines = sorted.map { "\($0.key):\($0.value.joined(separator: ","))\n" }.joined()
        names = sorted.map(\.key).joined(separator: ";")
    }

    /// Removes spaces at the ends, and replaces each run of spaces by one.
    private static func folded(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
