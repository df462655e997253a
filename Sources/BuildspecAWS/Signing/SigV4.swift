internal import Crypto

/// Signature version 4: (request, credentials, date) in, headers or query items out.
///
/// Pure, in three named stages that can be looked at one by one: `canonicalRequest`,
/// `stringToSign`, `signature`. Nothing is ever read back from a URL; path and query are signed
/// from the same lists that the transport encodes.
///
/// Source: AWS IAM user guide, "Create a signed AWS API request".
package struct SigV4: Sendable {
    /// How the path of a service enters the signature.
    package enum PathStyle: Sendable {
        /// Normalised, and encoded once more than it is sent: every service but S3.
        case standard
        /// As it is sent: S3, where `a//b` and `../a` are names like others.
        case verbatim
    }

    /// What the signature says of the body.
    package enum Payload: Sendable, Equatable {
        /// The SHA-256 of the body.
        case signed
        /// A digest that is known already, in hexadecimal.
        case digest(String)
        /// Nothing; only S3 takes that, over TLS.
        case unsigned
    }

    package static let algorithm = "AWS4-HMAC-SHA256"

    package var credentials: Credentials
    package var region: String
    package var service: String
    package var time: Timestamp
    package var pathStyle: PathStyle

    package init(
        credentials: Credentials,
        region: String,
        service: String,
        time: Timestamp,
        pathStyle: PathStyle = .standard
    ) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.time = time
        self.pathStyle = pathStyle
    }

    // MARK: Whole requests

    /// The request with `X-Amz-Date`, the session's token and `Authorization` among its headers.
    ///
    /// - Parameters:
    ///   - request: what will be sent; all its headers are signed.
    ///   - payload: what is signed of the body. S3 wants to be told it in `X-Amz-Content-Sha256`,
    ///     which the verbatim style therefore adds.
    /// - Returns: the signed request.
    package func signed(_ request: HTTPRequest, payload: Payload = .signed) -> HTTPRequest {
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

    /// The request with its signature in the query, so that its URL alone can be used by others.
    ///
    /// - Parameters:
    ///   - request: what will be sent; its headers are signed and have to be sent as well.
    ///   - seconds: how long it is valid, at most a week.
    ///   - payload: what is signed of the body.
    /// - Returns: the presigned request.
    package func presigned(
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

    /// Stage 1: the request as six lines that client and service agree on.
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

    /// Stage 2: the canonical request's digest with date and scope.
    func stringToSign(_ canonicalRequest: String) -> String {
        [
            SigV4.algorithm,
            time.basic,
            scope,
            hexadecimal(SHA256.hash(data: Array(canonicalRequest.utf8))),
        ].joined(separator: "\n")
    }

    /// Stage 3: the signature, by a key that is good for one day, region and service.
    func signature(of stringToSign: String) -> String {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [time.day, region, service, "aws4_request"] {
            let code = HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key)
            key = SymmetricKey(data: Array(code))
        }
        return hexadecimal(
            HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key)
        )
    }

    // MARK: Parts

    private var scope: String { "\(time.day)/\(region)/\(service)/aws4_request" }

    private func payloadHash(_ request: HTTPRequest, _ payload: Payload) -> String {
        switch payload {
        case .signed: hexadecimal(SHA256.hash(data: request.body))
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

    /// Without empty names and `.`, and with `..` resolved; a slash at the end is kept.
    private func normalized(_ names: [String]) -> [String] {
        var kept: [String] = []
        for name in names where !name.isEmpty && name != "." {
            if name == ".." { _ = kept.popLast() } else { kept.append(name) }
        }
        return names.last == "" && !kept.isEmpty ? kept + [""] : kept
    }

    private func canonicalQuery(_ items: [HTTPRequest.QueryItem]) -> String {
        items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }
}

/// The headers of a request as a signature sees them: lower case, sorted, spaces folded.
struct CanonicalHeaders {
    /// One line per name, each with a line break.
    let lines: String
    /// The names, separated by semicolons.
    let names: String

    /// Headers that something on the way may add or change, and that are never signed.
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

    /// Without spaces at the ends and with one for each run of them.
    private static func folded(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
