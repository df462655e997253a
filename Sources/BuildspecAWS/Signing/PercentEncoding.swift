internal import BuildspecFiles

/// The URI encoding of signatures: each byte other than `A-Z a-z 0-9 - . _ ~` becomes `%` and two
/// upper-case hexadecimal digits.
///
/// Source: AWS IAM user guide, "Create a signed AWS API request": UriEncode.
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        PercentEscape.encode(text, isPlain: PercentEscape.isUnreserved)
    }

    /// Encodes names as a path; a last empty name becomes a slash at the end.
    static func path(_ names: [String]) -> String {
        "/" + names.map(encode).joined(separator: "/")
    }

    /// Encodes names and values as a query in the given order.
    static func query(_ items: [HTTPRequest.QueryItem]) -> String {
        items.map { encode($0.name) + "=" + encode($0.value) }.joined(separator: "&")
    }
}
