/// The address of a service: scheme, host, port and the names that all its paths begin with.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The schemes of HTTP.
    package enum Scheme: String, Sendable {
        case http
        case https
    }

    package var scheme: Scheme
    /// A host name or an address; an IPv6 address is in brackets.
    package var host: String
    /// The port; `nil` is the scheme's default.
    package var port: Int?
    package var path: [String]

    package init(_ scheme: Scheme, _ host: String, port: Int? = nil, path: [String] = []) {
        self.scheme = scheme
        self.host = host
        self.port = port == (scheme == .https ? 443 : 80) ? nil : port
        self.path = path
    }

    /// Parses `http[s]://host[:port][/path]`.
    ///
    /// A user, a query or a fragment would silently change what is sent where, so the result is `nil`
    /// for a text with one.
    package init?(_ text: String) {
        guard let separator = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
        else { return nil }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let names = rest[authority.endIndex...].split(separator: "/").map(String.init)
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !rest.contains(where: { "@?#\\%\"<>".contains($0) }),
            let (host, port) = Endpoint.hostAndPort(authority)
        else { return nil }
        self.init(scheme, host, port: port, path: names)
    }

    /// The value of the `Host` header: the host, and the port unless it is the scheme's default.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    package var description: String {
        "\(scheme.rawValue)://\(authority)" + (path.isEmpty ? "" : PercentEncoding.path(path))
    }

    private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
        let end: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            end = authority.index(after: bracket)
        } else {
            end = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        let host = authority[..<end].lowercased()
        let tail = authority[end...]
        guard !host.isEmpty, host != "[]" else { return nil }
        if tail.isEmpty { return (host, nil) }
        guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
        return (host, Int(port))
    }
}
