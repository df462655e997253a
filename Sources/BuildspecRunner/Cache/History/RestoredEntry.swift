public import BuildspecCache

/// An entry that a build on this machine consumed: what was restored, who wrote it and who vouched
/// for it.
public struct RestoredEntry: Sendable, Equatable {
    /// When it was restored, in seconds since 1970.
    public var time: Int64
    /// The build's number; `nil` for one that was restored without a build.
    public var build: Int?
    /// Where the entry came from.
    public var origin: EntryOrigin

    /// Creates an entry.
    public init(time: Int64, build: Int?, origin: EntryOrigin) {
        self.time = time
        self.build = build
        self.origin = origin
    }

    /// The longest text that is kept, in bytes.
    private static let longestText = 1_000

    /// The entry as a line of text, without its end: thirteen fields with spaces between them.
    var line: String {
        let (trust, detail) = RestoredEntry.words(origin.trust)
        return [
            "1", "\(time)", build.map(String.init) ?? "-", origin.isOwnScope ? "own" : "read",
            RestoredEntry.escape(origin.scope), origin.key.map(RestoredEntry.escape) ?? "-",
            origin.version, origin.manifest, "\(origin.saved)", RestoredEntry.escape(origin.writer),
            origin.signer ?? "-", trust, RestoredEntry.escape(detail),
        ].joined(separator: " ")
    }

    /// Reads a line; `nil` for one of another version or none.
    init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 13, fields[0] == "1", let time = Int64(fields[1]),
            let saved = Int64(fields[8]), fields[3] == "own" || fields[3] == "read",
            let scope = RestoredEntry.unescape(fields[4]),
            let key = RestoredEntry.unescape(fields[5]),
            let writer = RestoredEntry.unescape(fields[9]),
            let detail = RestoredEntry.unescape(fields[12]),
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

    private static func words(_ trust: EntryTrust) -> (kind: String, detail: String) {
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

    /// A text as one field, at most so long; a lone `-` stands for none.
    private static func escape(_ text: String) -> String {
        if text == "-" { return "%2D" }
        let bytes = text.utf8.prefix(longestText)
        return TextField.escape(String(decoding: bytes, as: UTF8.self))
    }

    private static func unescape(_ text: Substring) -> String? { TextField.unescape(text) }
}
