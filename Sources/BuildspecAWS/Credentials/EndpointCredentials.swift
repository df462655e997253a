/// What the container endpoint and the instance metadata service answer: credentials as JSON.
enum EndpointCredentials {
    /// Reads the answer.
    ///
    /// - Parameters:
    ///   - body: the JSON text; it is never shown, because it holds the secret.
    ///   - source: where it came from.
    /// - Returns: the credentials.
    /// - Throws: when it has no credentials in it.
    static func parse(_ body: [UInt8], source: String) throws(AWSError) -> Credentials {
        guard let json = JSONValue(body) else { throw malformed(source, "is no JSON") }
        if let code = json["Code"]?.string, code != "Success" {
            let said = json["Message"]?.string ?? code
            throw AWSError(
                .noCredentials,
                "\(source) has no credentials (\(said)); check the role that is attached"
            )
        }
        guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string
        else { throw malformed(source, "has no 'AccessKeyId' and 'SecretAccessKey'") }
        var expiration: Timestamp?
        if let text = json["Expiration"]?.string {
            expiration = Timestamp(extended: text)
            if expiration == nil { throw malformed(source, "has an 'Expiration' that is no time") }
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
        AWSError(.badResponse, "the answer of \(source) \(fault); check what listens there")
    }
}
