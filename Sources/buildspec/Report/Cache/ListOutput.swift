internal import BuildspecCache

/// The output of `cache list` as text.
enum ListOutput {
    static func text(_ entries: [CacheEntryInfo]) -> String {
        var table = TextTable([
            "SCOPE", "KEY", "FILES", "SIZE", "STORED", "SAVED", "LAST USED", "WRITER", "SIGNER",
        ])
        for entry in entries {
            table.add([
                entry.scope.shortened(), (entry.key ?? "-").shortened(),
                String(entry.files) + (entry.filesLeftOut > 0 ? ", incomplete" : ""),
                Quantity.size(entry.bytes),
                Quantity.size(entry.stored), UTCTime.text(entry.saved),
                UTCTime.text(entry.lastUsed), entry.writer.shortened(),
                TrustText.cell(entry.trust, signer: entry.signer),
            ])
        }
        return table.text
    }
}
