internal import BuildspecFiles

/// Spells the names of objects; nothing else does.
enum StoreLayout {
    /// Everything lies in here.
    static let top = "v1"
    static let packs = "v1/packs/"
    static let manifests = "v1/manifests/"
    static let keys = "v1/keys/"
    /// What prunes of a shared store have marked to be removed later.
    static let sweeps = "v1/sweeps/"

    /// Where the pack with these stored bytes is kept.
    static func pack(_ digest: ContentDigest, _ codec: Codec) -> String {
        packs + shard(digest) + ".tar" + codec.suffix
    }

    /// Where the manifest with these stored bytes is kept.
    static func manifest(_ digest: ContentDigest, _ codec: Codec) -> String {
        manifests + shard(digest) + ".mtree" + codec.suffix
    }

    /// The digest that an object's name promises, and how the object is encoded.
    static func content(ofName name: String) -> (digest: ContentDigest, codec: Codec)? {
        ObjectName(name)?.content
    }

    /// What a name of this program stands for; `nil` for every other name.
    ///
    /// Names are compared byte by byte: texts that look alike are not the same name.
    static func kind(of name: String) -> ObjectName.Kind? {
        let parts = name.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].elementsEqual(top.utf8) else { return nil }
        switch (String(parts[1]) ?? "", parts.count) {
        case ("packs", 4): return contentKind(of: name, parts[3])
        case ("manifests", 4): return contentKind(of: name, parts[3])
        case ("keys", 5):
            let isOurs =
                isEscaped(parts[2]) && (isEscaped(parts[3]) || parts[3].elementsEqual(keyless.utf8))
            return isOurs && ContentDigest(hex: parts[4]) != nil ? .record : nil
        case ("sweeps", 3): return isSweep(parts[2]) ? .sweepList : nil
        default: return nil
        }
    }

    /// Whether a directory of this name can lead to objects.
    static func mayHold(_ directory: String) -> Bool {
        let parts = directory.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].elementsEqual(top.utf8) else {
            return directory.utf8.elementsEqual(top.utf8)
        }
        switch (String(parts[1]) ?? "", parts.count) {
        case ("packs", 2), ("manifests", 2), ("keys", 2), ("sweeps", 2): return true
        case ("packs", 3), ("manifests", 3):
            return parts[2].count == 2 && parts[2].allSatisfy("0123456789abcdef".utf8.contains)
        case ("keys", 3): return isEscaped(parts[2])
        case ("keys", 4):
            return isEscaped(parts[2])
                && (isEscaped(parts[3]) || parts[3].elementsEqual(keyless.utf8))
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

    /// Whether it is the escape of a text.
    private static func isEscaped(_ name: Substring.UTF8View) -> Bool {
        if name.elementsEqual("%".utf8) { return true }
        let parts = name.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
        let isCut = parts.count == 2 && ContentDigest(hex: parts[1]) != nil
        guard parts.count == 1 || isCut,
            isCut
                ? (keptLength - 2...keptLength).contains(parts[0].count)
                : (1...longest).contains(parts[0].count)
        else { return false }
        var isFirst = true
        var rest = parts[0]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard let text = String(digits), let value = UInt8(text, radix: 16),
                    digits.count == 2,
                    escape(value, isFirst: isFirst).utf8.dropFirst()
                        .elementsEqual(digits)
                else { return false }
                rest = rest.dropFirst(2)
            } else if escape(byte, isFirst: isFirst).utf8.count != 1 {
                return false
            }
            isFirst = false
        }
        return true
    }

    /// Where a list of what is to be swept is kept.
    static func sweep(_ marked: Int64, _ digest: ContentDigest) -> String {
        "\(sweeps)\(marked)-\(digest.hex.prefix(sweepDigits))"
    }

    private static func isSweep(_ name: Substring.UTF8View) -> Bool {
        guard let cut = name.lastIndex(of: UInt8(ascii: "-")),
            let text = String(name[..<cut]), let marked = Int64(text)
        else { return false }
        let digits = name[name.index(after: cut)...]
        return digits.count == sweepDigits && "\(marked)".utf8.elementsEqual(text.utf8)
            && digits.allSatisfy("0123456789abcdef".utf8.contains)
    }

    /// The name of a key record.
    static func record(scope: String, key: String?, version: ContentDigest) -> String {
        scopePrefix(scope) + escaped(key: key) + "/" + version.hex
    }

    /// What the names of all key records of a scope begin with.
    static func scopePrefix(_ scope: String) -> String { keys + escaped(scope) + "/" }

    /// What the names of the records of all keys that begin with `prefix` begin with.
    static func prefix(scope: String, keyPrefix prefix: String) -> String {
        let text = escape(prefix)
        return scopePrefix(scope) + (text.utf8.count > keptLength ? cut(text) : text)
    }

    /// The keyless entry's name; no key escapes to it.
    private static let keyless = "~"
    private static let longest = 200
    private static let keptLength = 134
    /// How much of its digest names a list of what is to be swept.
    private static let sweepDigits = 16

    private static func escaped(key: String?) -> String {
        guard let key else { return keyless }
        return escaped(key)
    }

    /// A text as one file name: short ones readable, long ones cut and told apart by a digest.
    private static func escaped(_ text: String) -> String {
        if text.isEmpty { return "%" }
        let escaped = escape(text)
        if escaped.utf8.count <= longest { return escaped }
        return cut(escaped) + "~" + ContentDigest(of: Array(text.utf8)).hex
    }

    /// The kept part of a long escaped text; never ends inside an escape.
    private static func cut(_ escaped: String) -> String {
        let kept = escaped.utf8.prefix(keptLength)
        let tail = kept.suffix(2)
        guard let percent = tail.lastIndex(of: UInt8(ascii: "%")) else { return String(kept) ?? "" }
        return String(kept[..<percent]) ?? ""
    }

    /// Escapes byte by byte, so that a prefix of a text escapes to a prefix of its escape.
    private static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 { result += escape(byte, isFirst: result.isEmpty) }
        return result
    }

    private static func escape(_ byte: UInt8, isFirst: Bool) -> String {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            return String(Unicode.Scalar(byte))
        case UInt8(ascii: ".") where !isFirst:
            return "."
        default:
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
        }
    }

    private static func shard(_ digest: ContentDigest) -> String {
        let hex = digest.hex
        return hex.prefix(2) + "/" + hex
    }
}
