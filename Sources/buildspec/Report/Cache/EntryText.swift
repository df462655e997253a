internal import BuildspecCache

/// The output of `cache show` as text.
enum EntryText {
    static func print(_ contents: EntryContents, listingFiles: Bool) -> String {
        var rows = head(contents)
        rows += inputs(contents.inputs)
        var text = rows.map { row in
            row.0 + String(repeating: " ", count: max(1, 11 - row.0.count)) + row.1.oneLine + "\n"
        }.joined()
        if listingFiles {
            text += "\n"
            for item in contents.items { text += line(item).oneLine + "\n" }
        }
        return text
    }

    private static func head(_ contents: EntryContents) -> [(String, String)] {
        let info = contents.info
        let directories = contents.items.count { $0.kind == .directory }
        let links = contents.items.count { $0.kind == .link }
        let missing = contents.packs.count { !$0.isPresent }
        let packs = Quantity.count(contents.packs.count, "pack")
        return [
            ("scope", info.scope), ("key", info.key ?? "-"),
            ("paths", info.paths.joined(separator: ", ")),
            ("saved", "\(UTCTime.text(info.saved)) by \(info.writer)"),
            ("signer", info.signer ?? "-"), ("trust", TrustText.sentence(info.trust)),
            ("last used", UTCTime.text(info.lastUsed)),
            (
                "files",
                "\(Quantity.count(info.files, "file")) (\(Quantity.size(info.bytes))), "
                    + "\(Quantity.count(directories, "directories", one: "directory")), "
                    + Quantity.count(links, "link")
                    + (info.filesLeftOut > 0 ? "; incomplete, \(info.filesLeftOut) left out" : "")
            ),
            (
                "stored",
                "\(Quantity.size(info.stored)) in \(packs)"
                    + (missing > 0 ? ", \(missing) of them missing" : "")
            ),
            ("record", info.recordName), ("manifest", contents.manifestName),
        ] + (contents.baseName.map { [("base", $0)] } ?? [])
    }

    private static func inputs(_ inputs: KeyInputs?) -> [(String, String)] {
        guard let inputs else { return [] }
        var rows: [(String, String)] = []
        if let declared = inputs.declared { rows.append(("declared", declared)) }
        for hash in inputs.hashes {
            rows.append(("hash", "\(hash.hash) of \(hash.patterns.joined(separator: " "))"))
            rows += hash.files.map { ("", "\($0.digest.prefix(12)) \($0.path)") }
        }
        if inputs.isTruncated { rows.append(("", "and more, which were not recorded")) }
        return rows
    }

    /// Writes the line of an item: `0644  2026-11-23 08:32 UTC      812  path`.
    private static func line(_ item: EntryContents.Item) -> String {
        let mode = String(item.mode, radix: 8)
        let size = item.kind == .file ? String(item.size) : item.kind.rawValue
        let target = item.target.map { " -> \($0)" } ?? ""
        return String(repeating: "0", count: max(0, 4 - mode.count)) + mode
            + "  \(UTCTime.text(item.seconds))"
            + String(repeating: " ", count: max(2, 14 - size.count)) + size
            + "  \(item.path)\(target)"
    }
}
