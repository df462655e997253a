internal import BuildspecCache
internal import BuildspecModel

/// Entries as JSON.
///
/// New keys can be added. While `version` is 1, no key changes its meaning.
enum EntryJSON {
    static func print(_ contents: EntryContents) -> String {
        var members: [(String, JSONText)] = [("version", .number("1"))] + members(contents.info)
        members.append(("manifest", .string(contents.manifestName)))
        if let base = contents.baseName { members.append(("base", .string(base))) }
        if let inputs = contents.inputs { members.append(("keyInputs", object(inputs))) }
        members.append(("packs", .array(contents.packs.map(object))))
        members.append(("entries", .array(contents.items.map(object))))
        return JSONText.object(members).pretty + "\n"
    }

    static func print(_ entries: [CacheEntryInfo]) -> String {
        JSONText.object([
            ("version", .number("1")),
            ("entries", .array(entries.map { .object(members($0)) })),
        ]).pretty + "\n"
    }

    /// Makes the object of a key's inputs.
    static func object(_ inputs: KeyInputs) -> JSONText {
        let hashes = inputs.hashes.map { hash in
            let files = hash.files.map { file in
                JSONText.object([("path", .string(file.path)), ("sha256", .string(file.digest))])
            }
            return JSONText.object([
                ("hash", .string(hash.hash)),
                ("patterns", .array(hash.patterns.map(JSONText.string))), ("files", .array(files)),
            ])
        }
        return .object([
            ("declared", inputs.declared.map(JSONText.string) ?? .null),
            ("hashes", .array(hashes)), ("cut", .bool(inputs.isTruncated)),
        ])
    }

    /// Makes the members of an entry in a listing.
    static func members(_ info: CacheEntryInfo) -> [(String, JSONText)] {
        [
            ("scope", .string(info.scope)),
            ("key", info.key.map(JSONText.string) ?? .null),
            ("paths", .array(info.paths.map(JSONText.string))),
            ("files", .number("\(info.files)")), ("bytes", .number("\(info.bytes)")),
            ("leftOut", .number("\(info.filesLeftOut)")),
            ("stored", .number("\(info.stored)")), ("saved", .number("\(info.saved)")),
            ("lastUsed", .number("\(info.lastUsed)")), ("record", .string(info.recordName)),
            ("writer", .string(info.writer)),
            ("signer", info.signer.map(JSONText.string) ?? .null),
            ("trust", TrustText.json(info.trust)),
        ]
    }

    private static func object(_ pack: EntryContents.Pack) -> JSONText {
        .object([
            ("name", .string(pack.name)), ("stored", .number("\(pack.stored)")),
            ("size", .number("\(pack.size)")), ("present", .bool(pack.isPresent)),
        ])
    }

    private static func object(_ item: EntryContents.Item) -> JSONText {
        var members: [(String, JSONText)] = [
            ("path", .string(item.path)), ("kind", .string(item.kind.rawValue)),
            ("mode", .string(String(item.mode, radix: 8))),
            ("seconds", .number("\(item.seconds)")),
            ("nanoseconds", .number("\(item.nanoseconds)")),
        ]
        if item.kind == .file { members.append(("size", .number("\(item.size)"))) }
        if let target = item.target { members.append(("target", .string(target))) }
        return .object(members)
    }
}
