/// The request that a service refused.
struct Attempt {
    /// An infinitive with its object: `read parameter '/app/x'`.
    var action: String
    /// The permission that the credentials need.
    var permission: String
    /// The remedy if the object does not exist.
    var whenMissing: String
    /// The credentials that signed; `nil` for an unsigned request.
    var credentials: Credentials?
    var region: String
    /// The machine's clock at the time of the request.
    var time: Timestamp

    var sender: String {
        credentials.map { "the credentials \($0)" } ?? "unsigned requests ('anonymous')"
    }
}

extension AWSError {
    /// Makes the error for a refused request, with the service's text where it helps.
    static func refused(_ fault: ServiceFault, _ attempt: Attempt) -> AWSError {
        let reason = fault.message.isEmpty ? fault.code : fault.message
        let head = "cannot \(attempt.action): "
        if fault.isClockSkew { return clockSkew(head, fault, attempt) }
        if fault.isExpiry {
            return AWSError(
                .expiredCredentials,
                head + "the session of \(attempt.sender) has expired; log in again, or fetch new "
                    + "credentials"
            )
        }
        if fault.isThrottling {
            return AWSError(
                .throttled,
                head + "the service still limits requests after several attempts "
                    + "(\(fault.code)); try again later"
            )
        }
        if denials.contains(fault.code) {
            return AWSError(
                .denied,
                head + "access denied (\(reason)); \(attempt.sender) need \(attempt.permission)"
            )
        }
        if unknownCredentials.contains(fault.code) {
            return AWSError(
                .badCredentials,
                head + "the service does not accept \(attempt.sender) (\(reason)); check that the "
                    + "id, the secret key and the session token belong together"
            )
        }
        if fault.code == "NoSuchBucket" {
            return AWSError(.notFound, head + "the bucket does not exist; \(attempt.whenMissing)")
        }
        if ["ResourceNotFoundException", "ParameterNotFound"].contains(fault.code) {
            return AWSError(
                .notFound,
                head + "not found in region '\(attempt.region)' (\(reason)); "
                    + attempt.whenMissing
            )
        }
        return AWSError(.other, head + "\(fault.code), HTTP \(fault.status): \(reason)" + id(fault))
    }

    /// Makes the error for a failed response without an error type, such as a proxy's.
    static func unexplained(_ response: HTTPResponse, _ action: String) -> AWSError {
        let code: Code = response.status >= 500 ? .network : .badResponse
        let remedy =
            response.status >= 500 ? "try again later" : "check the endpoint and any proxy"
        return AWSError(
            code,
            "cannot \(action): the response is HTTP \(response.status) without an AWS error; "
                + remedy
        )
    }

    private static func clockSkew(
        _ head: String,
        _ fault: ServiceFault,
        _ attempt: Attempt
    ) -> AWSError {
        let distance = fault.date.map { attempt.time.seconds - $0.seconds } ?? 0
        let difference =
            switch distance {
            case 1...: "is \(distance) s ahead of the service's"
            case ..<0: "is \(-distance) s behind the service's"
            default: "differs from the service's (\(fault.message))"
            }
        return AWSError(.clockSkew, head + "this machine's clock \(difference); correct it")
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
