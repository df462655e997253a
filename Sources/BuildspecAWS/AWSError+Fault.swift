/// What was tried when a service refused.
struct Attempt {
    /// As an infinitive with its object: `read parameter '/app/x'`.
    var action: String
    /// What the credentials must be allowed to do.
    var permission: String
    /// What to do if it is not there.
    var whenMissing: String
    /// `nil` for requests that nobody signed.
    var credentials: Credentials?
    var region: String
    /// The machine's clock at the time.
    var time: Timestamp

    /// Who asked, in a sentence.
    var who: String {
        credentials.map { "the credentials \($0)" }
            ?? "requests that nobody signs, as 'anonymous' wants it,"
    }
}

extension AWSError {
    /// The error that a refusal means.
    ///
    /// - Parameters:
    ///   - fault: what the service said.
    ///   - attempt: what was tried.
    /// - Returns: the error, with the service's own words where they help.
    static func refused(_ fault: ServiceFault, _ attempt: Attempt) -> AWSError {
        let said = fault.message.isEmpty ? fault.code : fault.message
        let head = "cannot \(attempt.action): "
        if fault.isClockSkew { return clockSkew(head, fault, attempt) }
        if fault.isExpiry {
            return AWSError(
                .expiredCredentials,
                head + "the session of \(attempt.who) has expired; log in "
                    + "again, or fetch new ones"
            )
        }
        if fault.isThrottling {
            return AWSError(
                .throttled,
                head
                    + "the service has too many requests, also after several attempts (\(fault.code)); "
                    + "try again later"
            )
        }
        if denials.contains(fault.code) {
            return AWSError(
                .denied,
                head + "access denied (\(said)); \(attempt.who) need "
                    + attempt.permission
            )
        }
        if unknownCredentials.contains(fault.code) {
            return AWSError(
                .badCredentials,
                head + "the service does not accept \(attempt.who) (\(said)); check that the "
                    + "id, the secret key and the session token belong together"
            )
        }
        if fault.code == "NoSuchBucket" {
            return AWSError(.notFound, head + "the bucket is not there; \(attempt.whenMissing)")
        }
        if ["ResourceNotFoundException", "ParameterNotFound"].contains(fault.code) {
            return AWSError(
                .notFound,
                head + "there is none in region '\(attempt.region)' (\(said)); "
                    + attempt.whenMissing
            )
        }
        return AWSError(.other, head + "\(fault.code), HTTP \(fault.status): \(said)" + id(fault))
    }

    /// An answer that is no success and has no error type, such as a proxy's.
    static func unexplained(_ response: HTTPResponse, _ action: String) -> AWSError {
        let code: Code = response.status >= 500 ? .network : .badResponse
        let remedy =
            response.status >= 500 ? "try again later" : "check the endpoint and any proxy"
        return AWSError(
            code,
            "cannot \(action): the answer is HTTP \(response.status) without an error of AWS; "
                + remedy
        )
    }

    private static func clockSkew(
        _ head: String,
        _ fault: ServiceFault,
        _ attempt: Attempt
    ) -> AWSError {
        let distance = fault.date.map { attempt.time.seconds - $0.seconds } ?? 0
        let how =
            switch distance {
            case 1...: "is \(distance) s ahead of the service's"
            case ..<0: "is \(-distance) s behind the service's"
            default: "differs from the service's (\(fault.message))"
            }
        return AWSError(.clockSkew, head + "this machine's clock \(how); set it right")
    }

    private static func id(_ fault: ServiceFault) -> String {
        fault.requestID.map { " (request \($0))" } ?? ""
    }

    private static let denials: Set<String> = [
        "AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation",
    ]

    private static let unknownCredentials: Set<String> = [
        "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId",
        "InvalidClientTokenId", "InvalidSignatureException", "InvalidToken",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]
}
