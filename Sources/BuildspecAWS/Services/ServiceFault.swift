/// A refusal of a service: the error body of AWS in JSON or XML.
struct ServiceFault: Sendable, Equatable {
    var status: Int
    /// The error type without the namespace before `#` and the address after `:`.
    var code: String
    /// The service's text, which can be empty.
    var message: String
    var requestID: String?
    /// The service's clock, from the `Date` header.
    var date: Timestamp?

    /// Reads a failed response; `nil` if it names no error type.
    ///
    /// Source: Smithy, "AWS JSON 1.1 protocol": the type is in `X-Amzn-ErrorType`, `__type` or
    /// `code`, the first two possibly with a namespace or an address.
    init?(_ response: HTTPResponse) {
        let json = JSONValue(response.body)
        let text = response.text
        let named =
            response.header("X-Amzn-ErrorType") ?? json?["__type"]?.string
            ?? json?["code"]?.string ?? ServiceFault.element("Code", in: text)
        guard let named, let code = ServiceFault.bare(named) else { return nil }
        status = response.status
        self.code = code
        message =
            json?["message"]?.string ?? json?["Message"]?.string
            ?? ServiceFault.element("Message", in: text) ?? ""
        requestID =
            response.header("x-amzn-RequestId") ?? ServiceFault.element("RequestId", in: text)
        date = response.header("Date").flatMap(Timestamp.init(header:))
    }

    /// Creates the refusal of a HEAD request, whose response has no body.
    init(denied response: HTTPResponse) {
        status = response.status
        code = "AccessDenied"
        message = ""
        requestID = response.header("x-amz-request-id")
        date = response.header("Date").flatMap(Timestamp.init(header:))
    }

    var isThrottling: Bool { ServiceFault.throttling.contains(code) }

    var isExpiry: Bool {
        ["ExpiredToken", "ExpiredTokenException", "RequestExpired"].contains(code)
    }

    /// Whether a status that the caller accepts really is a response to a condition.
    ///
    /// A server that does not know a condition sends 400, but most 400 have another cause.
    var isAcceptable: Bool {
        status != 400
            || ["InvalidArgument", "InvalidRequest", "NotImplemented", "NotSupported"].contains(
                code
            )
    }

    /// Whether this machine's clock differs too much from the service's.
    var isClockSkew: Bool {
        if ["RequestTimeTooSkewed", "RequestInTheFuture"].contains(code) { return true }
        let signature = ["InvalidSignatureException", "SignatureDoesNotMatch"].contains(code)
        return signature
            && (message.contains("Signature expired")
                || message.contains("Signature not yet current"))
    }

    private static func bare(_ name: String) -> String? {
        let head = name.prefix { $0 != ":" }
        let bare = head.split(separator: "#").last.map(String.init)
        return bare.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The text of the first element with a name, which is enough for the fixed form of AWS's errors.
    private static func element(_ name: String, in text: String) -> String? {
        guard text.utf8.count < 1 << 16, let start = text.firstRange(of: "<\(name)>") else {
            return nil
        }
        let rest = text[start.upperBound...]
        return rest.firstRange(of: "</\(name)>").map { String(rest[..<$0.lowerBound]) }
    }

    private static let throttling: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException",
        "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
        "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
        "TransactionInProgressException",
    ]
}
