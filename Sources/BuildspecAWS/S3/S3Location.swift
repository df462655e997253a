/// A bucket, the place of a store in it, and how the bucket is reached: `s3://bucket/prefix?name=value`.
public struct S3Location: Sendable, Equatable {
    /// What can be said of a bucket, in the address or in a variable `BUILDSPEC_S3_…`.
    public enum Option: String, Sendable, CaseIterable {
        /// Where the service answers, for everybody who is not AWS.
        case endpoint
        /// The bucket's region; a wrong or missing one costs a request and is then known.
        case region
        /// `path`, `virtual` or `auto`: whether the bucket stands in the path or in the host's name.
        case addressing
        /// `AES256`, `aws:kms` or `aws:kms:dsse`: how new objects are encrypted.
        case encryption
        /// The key for `aws:kms`.
        case kmsKey = "kms-key"
        /// The storage class of new objects, such as `ONEZONE_IA`.
        case storageClass = "storage-class"
        /// `true` to send unsigned requests, for buckets that everybody may read.
        case anonymous
        /// The profile of AWS's shared files.
        case profile

        /// The variable that says the same.
        package var variable: String {
            "BUILDSPEC_S3_"
                + rawValue.uppercased().replacing("-", with: "_")
        }
    }

    /// The bucket's name.
    public var bucket: String
    /// The names between the slashes behind it; empty for a store at the bucket's top.
    public var prefix: [String]
    /// What the address says of the bucket.
    public var options: [Option: String]

    /// Reads an address.
    ///
    /// - Parameter text: `s3://bucket[/prefix][?option=value[&…]]`.
    /// - Throws: an error that says what is wrong with it.
    public init(_ text: String) throws(AWSError) {
        guard S3Location.isAddress(text) else {
            throw S3Location.error(text, "it does not begin with 's3://'")
        }
        let rest = text.dropFirst("s3://".count)
        let place = rest.prefix { $0 != "?" }
        let names = place.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        bucket = names.first ?? ""
        prefix = Array(names.dropFirst())
        if prefix.last == "" { prefix.removeLast() }
        guard S3Location.isBucket(bucket) else {
            throw S3Location.error(
                text,
                "'\(bucket)' is no name of a bucket, which has 3 to 63 letters, digits and '-._'"
            )
        }
        for name in prefix where !S3Location.isName(name) {
            throw S3Location.error(
                text,
                "'\(name)' cannot be part of a prefix; letters, digits and '-_.!*()' can"
            )
        }
        options = [:]
        guard place.endIndex < rest.endIndex else { return }
        for item in rest[place.endIndex...].dropFirst().split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard let option = parts.first.flatMap(Option.init(rawValue:)) else {
                let known = Option.allCases.map(\.rawValue).joined(separator: ", ")
                throw S3Location.error(text, "'\(item)' is no option; there are: \(known)")
            }
            guard parts.count == 2 else {
                throw S3Location.error(text, "'\(item)' says no value")
            }
            if let problem = option.problem(with: parts[1]) {
                throw AWSError(.badConfiguration, "'\(text)': \(problem)")
            }
            options[option] = parts[1]
        }
    }

    /// Whether a text is meant as the address of a bucket.
    package static func isAddress(_ text: String) -> Bool { text.hasPrefix("s3://") }

    /// Whether a text looks like the address of something that is no directory: `gs://x`, `S3://x`,
    /// `s3:x`.
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
            "'\(text)' is no address of a store: \(fault); one looks like 's3://bucket/prefix'"
        )
    }
}
