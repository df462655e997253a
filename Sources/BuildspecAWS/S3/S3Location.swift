/// The address of a store in a bucket with options for the bucket: `s3://bucket/prefix?name=value`.
public struct S3Location: Sendable, Equatable {
    /// The options of a bucket, in the address or in a variable `BUILDSPEC_S3_…`.
    public enum Option: String, Sendable, CaseIterable {
        /// The URL of the service, for a service that does not belong to AWS.
        case endpoint
        /// The bucket's region; if it is wrong or missing, one more request finds it.
        case region
        /// `path`, `virtual` or `auto`: whether the bucket's name is in the path or in the host name.
        case addressing
        /// `AES256`, `aws:kms` or `aws:kms:dsse`: how new objects are encrypted.
        case encryption
        /// The key for `aws:kms`.
        case kmsKey = "kms-key"
        /// The storage class of new objects, such as `ONEZONE_IA`.
        case storageClass = "storage-class"
        /// `true` to send unsigned requests, for public buckets.
        case anonymous
        /// The profile of AWS's shared files.
        case profile

        /// The variable that has the same meaning.
        package var variable: String {
            "BUILDSPEC_S3_" + rawValue.uppercased().replacing("-", with: "_")
        }

        /// Returns what is wrong with a value of the option, in one line; `nil` for a valid value.
        package func problem(with value: String) -> String? {
            switch self {
            case .endpoint where Endpoint(value) == nil:
                return "'\(value)' is not an http or https URL, such as 'http://127.0.0.1:9000'"
            case .region:
                do { _ = try Region.checked(value, "the bucket's region") } catch {
                    return error.message
                }
                return nil
            case .addressing where !["auto", "path", "virtual"].contains(value):
                return "the addressing of a bucket must be 'auto', 'path' or 'virtual', not "
                    + "'\(value)'"
            case .encryption where !["AES256", "aws:kms", "aws:kms:dsse"].contains(value):
                return "the encryption of a bucket must be 'AES256', 'aws:kms' or 'aws:kms:dsse', "
                    + "not '\(value)'"
            case .anonymous where SwitchText.isOn(value) == nil:
                return "'anonymous' must be 'true' or 'false', not '\(value)'"
            default: return nil
            }
        }
    }

    /// The bucket's name.
    public var bucket: String
    /// The names between the slashes after the bucket; empty for a store at the bucket's top.
    public var prefix: [String]
    /// The options in the address.
    public var options: [Option: String]

    /// Parses an address.
    ///
    /// - Parameter text: `s3://bucket[/prefix][?option=value[&…]]`.
    /// - Throws: An error that says what is wrong with the address.
    public init(_ text: String) throws(AWSError) {
        guard S3Location.isAddress(text) else {
            throw S3Location.error(text, "it does not begin with 's3://'")
        }
        let rest = text.dropFirst("s3://".count)
        let path = rest.prefix { $0 != "?" }
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        bucket = names.first ?? ""
        prefix = Array(names.dropFirst())
        if prefix.last == "" { prefix.removeLast() }
        guard S3Location.isBucket(bucket) else {
            throw S3Location.error(
                text,
                "'\(bucket)' is not a bucket name, which has 3 to 63 letters, digits and '-._'"
            )
        }
        for name in prefix where !S3Location.isName(name) {
            throw S3Location.error(
                text,
                "'\(name)' cannot be part of a prefix; use letters, digits and '-_.!*()'"
            )
        }
        options = [:]
        guard path.endIndex < rest.endIndex else { return }
        for item in rest[path.endIndex...].dropFirst().split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard let option = parts.first.flatMap(Option.init(rawValue:)) else {
                let known = Option.allCases.map(\.rawValue).joined(separator: ", ")
                throw S3Location.error(text, "'\(item)' is not an option; the options are \(known)")
            }
            guard parts.count == 2 else {
                throw S3Location.error(text, "'\(item)' has no value")
            }
            if let problem = option.problem(with: parts[1]) {
                throw AWSError(.badConfiguration, "'\(text)': \(problem)")
            }
            options[option] = parts[1]
        }
    }

    package static func isAddress(_ text: String) -> Bool { text.hasPrefix("s3://") }

    /// Whether a text looks like an address that is neither a directory nor `s3://…`, such as `gs://x`,
    /// `S3://x` or `s3:x`.
    package static func isForeignAddress(_ text: String) -> Bool {
        guard !isAddress(text), let colon = text.firstIndex(of: ":") else { return false }
        let scheme = text[..<colon].lowercased()
        let isScheme = !scheme.isEmpty && scheme.utf8.allSatisfy { isPlain($0) || $0 == 0x2B }
        return isScheme && (scheme == "s3" || text[colon...].hasPrefix("://"))
    }

    /// The address without its options.
    public var address: String { (["s3:/", bucket] + prefix).joined(separator: "/") }

    private static func isBucket(_ name: String) -> Bool {
        (3...63).contains(name.utf8.count) && name != ".." && name.utf8.allSatisfy(isPlain)
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && name.utf8.allSatisfy { isPlain($0) || "!*()".utf8.contains($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func error(_ text: String, _ fault: String) -> AWSError {
        AWSError(
            .badConfiguration,
            "'\(text)' is not the address of a store: \(fault); an address looks like "
                + "'s3://bucket/prefix'"
        )
    }
}
