/// Lines of text that end with their digest, so that truncated and foreign files are recognised.
enum ChecksummedText {
    private static let keyword = "end ".utf8
    /// The length of the last line: the keyword, 64 digits and the newline.
    private static let lastLine = keyword.count + 64 + 1

    /// Encodes lines and appends the last line.
    static func encode(_ lines: [String]) -> [UInt8] {
        encode(body: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Appends the last line to a text that ends with a newline.
    static func encode(body: [UInt8]) -> [UInt8] {
        body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    }

    /// Decodes the lines before the last one; `nil` if the digest does not match.
    static func decode(_ bytes: [UInt8]) -> [Substring]? {
        body(of: bytes).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    }

    /// The text before the last line; `nil` if the digest does not match.
    static func body(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > lastLine, bytes.last == newline else { return nil }
        let body = Array(bytes.dropLast(lastLine))
        let last = bytes.suffix(lastLine).dropLast()
        guard last.starts(with: keyword),
            ContentDigest(hex: last.dropFirst(keyword.count)) == ContentDigest(of: body)
        else { return nil }
        return body
    }
}
