extension S3Location.Option {
    /// What is impossible about a value.
    ///
    /// - Parameter value: what the address, a variable or the configuration file says.
    /// - Returns: one line, or `nil` for a value that can be.
    package func problem(with value: String) -> String? {
        switch self {
        case .endpoint where Endpoint(value) == nil:
            return "'\(value)' is no http or https URL; one looks like 'http://127.0.0.1:9000'"
        case .region:
            do { _ = try Region.checked(value, "the bucket's region") } catch {
                return error.message
            }
            return nil
        case .addressing where !["auto", "path", "virtual"].contains(value):
            return "the addressing of a bucket is 'auto', 'path' or 'virtual', not '\(value)'"
        case .encryption where !["AES256", "aws:kms", "aws:kms:dsse"].contains(value):
            return "the encryption of a bucket is 'AES256', 'aws:kms' or 'aws:kms:dsse', not "
                + "'\(value)'"
        case .anonymous where SwitchText.isOn(value) == nil:
            return "'anonymous' is 'true' or 'false', not '\(value)'"
        default: return nil
        }
    }
}
