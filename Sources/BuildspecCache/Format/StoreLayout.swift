internal import BuildspecFiles

/// The only code that writes and parses the names of objects.
enum StoreLayout {
    /// The directory of all objects.
    static let top = "v1"
    static let packs = "v1/packs/"
    static let manifests = "v1/manifests/"
    static let keys = "v1/keys/"
    /// The lists of objects that prunes of a shared store will delete later.
    static let sweeps = "v1/sweeps/"

    /// The name of the pack whose stored bytes have this digest.
    static func pack(_ digest: ContentDigest, _ codec: Codec) -> String {
        packs + shard(digest) + ".tar" + codec.suffix
    }

    /// The name of the manifest whose stored bytes have this digest.
    static func manifest(_ digest: ContentDigest, _ codec: Codec) -> String {
        manifests + shard(digest) + ".mtree" + codec.suffix
    }

    /// The digest and codec in an object's name.
    static func content(ofName name: String) -> (digest: ContentDigest, codec: Codec)? {
        ObjectName(name)?.content
    }

    /// The kind of object that a name stands for; `nil` if this program does not write the name.
    ///
    /// Names are compared byte by byte, because Unicode texts that are equal can differ in bytes.
    static func kind(of name: String) -> ObjectName.Kind? {
        let parts = name.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].elementsEqual(top.utf8) else { return nil }
        switch (String(parts[1]) ?? "", parts.count) {
        case ("packs", 4), ("manifests", 4): return contentKind(of: name, parts[3])
        case ("keys", 5):
            return isEscaped(parts[2]) && isEscapedKey(parts[3])
                && ContentDigest(hex: parts[4]) != nil ? .record : nil
        case ("sweeps", 3): return isSweep(parts[2]) ? .sweepList : nil
        default: return nil
        }
    }

    /// Whether a directory of this name can contain objects.
    static func mayContainObjects(_ directory: String) -> Bool {
        let parts = directory.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].elementsEqual(top.utf8) else {
            return directory.utf8.elementsEqual(top.utf8)
        }
        switch (String(parts[1]) ?? "", parts.count) {
        case ("packs", 2), ("manifests", 2), ("keys", 2), ("sweeps", 2): return true
        case ("packs", 3), ("manifests", 3):
            return parts[2].count == 2 && parts[2].allSatisfy("0123456789abcdef".utf8.contains)
        case ("keys", 3): return isEscaped(parts[2])
        case ("keys", 4): return isEscaped(parts[2]) && isEscapedKey(parts[3])
        default: return false
        }
    }

    private static func contentKind(
        of name: String,
        _ file: Substring.UTF8View
    ) -> ObjectName.Kind? {
        guard let digest = ContentDigest(hex: file.prefix(64)) else { return nil }
        for codec in Codec.allCases {
            if name.utf8.elementsEqual(pack(digest, codec).utf8) { return .pack(digest, codec) }
            if name.utf8.elementsEqual(manifest(digest, codec).utf8) {
                return .manifest(digest, codec)
            }
        }
        return nil
    }

    /// Whether `name` stands for a key, or for the default entry.
    private static func isEscapedKey(_ name: Substring.UTF8View) -> Bool {
        isEscaped(name) || name.elementsEqual(defaultEntry.utf8)
    }

    /// Whether `name` is the escaped form of a text.
    private static func isEscaped(_ name: Substring.UTF8View) -> Bool {
        if name.elementsEqual("%".utf8) { return true }
        let parts = name.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
        let isTruncated = parts.count == 2 && ContentDigest(hex: parts[1]) != nil
        let lengths = isTruncated ? truncatedLength - 2...truncatedLength : 1...longest
        guard parts.count == 1 || isTruncated, lengths.contains(parts[0].count) else {
            return false
        }
        var isFirst = true
        var rest = parts[0]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard let text = String(digits), let value = UInt8(text, radix: 16),
                    digits.count == 2,
                    escape(value, isFirst: isFirst).utf8.dropFirst().elementsEqual(digits)
                else { return false }
                rest = rest.dropFirst(2)
            } else if escape(byte, isFirst: isFirst).utf8.count != 1 {
                return false
            }
            isFirst = false
        }
        return true
    }

    /// The name of a sweep list that was made at a time.
    static func sweep(_ time: Int64, _ digest: ContentDigest) -> String {
        "\(sweeps)\(time)-\(digest.hex.prefix(sweepDigits))"
    }

    private static func isSweep(_ name: Substring.UTF8View) -> Bool {
        guard let dash = name.lastIndex(of: UInt8(ascii: "-")),
            let text = String(name[..<dash]), let time = Int64(text)
        else { return false }
        let digits = name[name.index(after: dash)...]
        return digits.count == sweepDigits && "\(time)".utf8.elementsEqual(text.utf8)
            && digits.allSatisfy("0123456789abcdef".utf8.contains)
    }

    /// The name of a key record.
    static func record(scope: String, key: String?, version: ContentDigest) -> String {
        scopePrefix(scope) + (key.map(escaped) ?? defaultEntry) + "/" + version.hex
    }

    /// The prefix of the names of all key records of a scope.
    static func scopePrefix(_ scope: String) -> String { keys + escaped(scope) + "/" }

    /// The prefix of the names of the records of all keys that begin with `prefix`.
    static func prefix(scope: String, keyPrefix prefix: String) -> String {
        let text = escape(prefix)
        return scopePrefix(scope) + (text.utf8.count > truncatedLength ? truncated(text) : text)
    }

    /// The name of the default entry; no key escapes to it.
    private static let defaultEntry = "~"
    private static let longest = 200
    private static let truncatedLength = 134
    /// The number of digits of a sweep list's digest in its name.
    private static let sweepDigits = 16

    /// A text as one file name: a long text is truncated and followed by its digest.
    private static func escaped(_ text: String) -> String {
        if text.isEmpty { return "%" }
        let escaped = escape(text)
        if escaped.utf8.count <= longest { return escaped }
        return truncated(escaped) + "~" + ContentDigest(of: Array(text.utf8)).hex
    }

    /// Truncates a long escaped text, never inside an escape.
    private static func truncated(_ escaped: String) -> String {
        let kept = escaped.utf8.prefix(truncatedLength)
        let tail = kept.suffix(2)
        guard let percent = tail.lastIndex(of: UInt8(ascii: "%")) else { return String(kept) ?? "" }
        return String(kept[..<percent]) ?? ""
    }

    /// Escapes byte by byte, so that the escape of a prefix is a prefix of the escape.
    private static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 { result += escape(byte, isFirst: result.isEmpty) }
        return result
    }

    private static func escape(_ byte: UInt8, isFirst: Bool) -> String {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"),
            _ where PercentEscape.isAlphanumeric(byte):
            return String(Unicode.Scalar(byte))
        case UInt8(ascii: ".") where !isFirst:
            return "."
        default:
            return String(decoding: PercentEscape.escape(of: byte), as: UTF8.self)
        }
    }

    private static func shard(_ digest: ContentDigest) -> String {
        let hex = digest.hex
        return hex.prefix(2) + "/" + hex
    }
}
