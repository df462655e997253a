/// The JSON credentials of the container endpoint and the instance metadata service.
enum EndpointCredentials {
    /// Parses a response, which no error shows, because it contains the secret.
    static func parse(_ body: [UInt8], source: String) throws(AWSError) -> Credentials {
        guard let json = JSONValue(body) else { throw malformed(source, "is not JSON") }
        if let code = json["Code"]?.string, code != "Success" {
            let reason = json["Message"]?.string ?? code
            throw AWSError(
                .noCredentials,
                "\(source) has no credentials (\(reason)); check the role that is attached"
            )
        }
        guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string
        else { throw malformed(source, "has no 'AccessKeyId' and 'SecretAccessKey'") }
        var expiration: Timestamp?
        if let text = json["Expiration"]?.string {
            expiration = Timestamp(extended: text)
            if expiration == nil {
                throw malformed(source, "has an 'Expiration' that is not a time")
            }
        }
        let credentials = Credentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: json["Token"]?.string,
            expiration: expiration,
            source: source
        )
        return try credentials.checked("'AccessKeyId'", "'SecretAccessKey'")
    }

    private static func malformed(_ source: String, _ fault: String) -> AWSError {
        AWSError(.badResponse, "the response of \(source) \(fault); check what listens there")
    }
}
