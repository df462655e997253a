public import BuildspecCache

/// A restore on this machine: the entry, who wrote it, and who signed it.
public struct RestoredEntry: Sendable, Equatable {
    /// The time of the restore, in seconds since 1970.
    public var time: Int64
    /// The build's number; `nil` for a restore without a build.
    public var build: Int?
    /// The origin of the entry.
    public var origin: EntryOrigin

    /// Creates the record of a restore.
    public init(time: Int64, build: Int?, origin: EntryOrigin) {
        self.time = time
        self.build = build
        self.origin = origin
    }

    /// The maximum length of a recorded text in bytes.
    private static let maximumTextLength = 1_000

    /// The record as a line of text, without the line break: thirteen fields, separated by spaces.
    var line: String {
        let (trust, detail) = RestoredEntry.fields(of: origin.trust)
        return [
            "1", "\(time)", build.map(String.init) ?? "-", origin.isOwnScope ? "own" : "read",
            RestoredEntry.escape(origin.scope), origin.key.map(RestoredEntry.escape) ?? "-",
            origin.version, origin.manifest, "\(origin.saved)", RestoredEntry.escape(origin.writer),
            origin.signer ?? "-", trust, RestoredEntry.escape(detail),
        ].joined(separator: " ")
    }

    /// Reads a line; `nil` if it is invalid or of another version.
    init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 13, fields[0] == "1", let time = Int64(fields[1]),
            let saved = Int64(fields[8]), fields[3] == "own" || fields[3] == "read",
            let scope = TextField.unescape(fields[4]),
            let key = TextField.unescape(fields[5]),
            let writer = TextField.unescape(fields[9]),
            let detail = TextField.unescape(fields[12]),
            let trust = RestoredEntry.trust(fields[11], detail)
        else { return nil }
        self.init(
            time: time,
            build: Int(fields[2]),
            origin: EntryOrigin(
                scope: scope,
                isOwnScope: fields[3] == "own",
                key: fields[5] == "-" ? nil : key,
                version: String(fields[6]),
                manifest: String(fields[7]),
                saved: saved,
                writer: writer,
                signer: fields[10] == "-" ? nil : String(fields[10]),
                trust: trust
            )
        )
    }

    private static func fields(of trust: EntryTrust) -> (kind: String, detail: String) {
        switch trust {
        case .unchecked: ("unchecked", "")
        case .unsigned: ("unsigned", "")
        case .verified(let key): ("verified", key)
        case .refused(let reason): ("refused", reason)
        }
    }

    private static func trust(_ kind: Substring, _ detail: String) -> EntryTrust? {
        switch kind {
        case "unchecked": .unchecked
        case "unsigned": .unsigned
        case "verified": .verified(key: detail)
        case "refused": .refused(detail)
        default: nil
        }
    }

    /// Returns `text` as one field of at most the maximum length.
    ///
    /// The text `-` is escaped, because a field `-` means that there is no text.
    private static func escape(_ text: String) -> String {
        if text == "-" { return "%2D" }
        let bytes = text.utf8.prefix(maximumTextLength)
        return TextField.escape(String(decoding: bytes, as: UTF8.self))
    }
}
