/// Lines of text that end with the digest of what stands above: torn and foreign bytes are told.
enum ChecksummedText {
    /// Puts the last line below some lines.
    static func seal(_ lines: [String]) -> [UInt8] {
        let body = Array((lines.joined(separator: "\n") + "\n").utf8)
        return body + Array("end \(ContentDigest(of: body).hex)\n".utf8)
    }

    /// The lines above the last one; `nil` if the bytes are not what was sealed.
    static func open(_ bytes: [UInt8]) -> [Substring]? {
        let end = "end ".utf8.count + 64 + 1
        guard bytes.count > end, bytes.last == newline else { return nil }
        let body = Array(bytes.dropLast(end))
        let last = bytes.suffix(end).dropLast()
        guard last.starts(with: "end ".utf8),
            ContentDigest(hex: last.dropFirst("end ".utf8.count)) == ContentDigest(of: body)
        else { return nil }
        return String(decoding: body, as: UTF8.self).split(separator: "\n")
    }
}
