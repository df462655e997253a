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
        guard name.hasPrefix(packs) || name.hasPrefix(manifests) else { return nil }
        guard let file = name.split(separator: "/").last else { return nil }
        let parts = file.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let digest = ContentDigest(hex: parts[0].utf8) else { return nil }
        for codec in Codec.allCases where parts[1].hasSuffix(codec.suffix) {
            let name = name.hasPrefix(packs) ? pack(digest, codec) : manifest(digest, codec)
            if name.hasSuffix(file) { return (digest, codec) }
        }
        return nil
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
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where !result.isEmpty:
                result.append(".")
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result.append(hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)")
            }
        }
        return result
    }

    private static func shard(_ digest: ContentDigest) -> String {
        let hex = digest.hex
        return hex.prefix(2) + "/" + hex
    }
}

/// What a store may know of the names that it is given.
package enum ObjectName {
    /// The SHA-256 of an object's bytes, as its name promises it; `nil` if it promises none.
    package static func promisedSHA256(_ name: String) -> [UInt8]? {
        StoreLayout.content(ofName: name)?.digest.bytes
    }
}
