public import BuildspecCache
internal import BuildspecFiles

/// A miss of a build on this machine.
public struct MissedEntry: Sendable, Equatable {
    /// The time of the restore, in nanoseconds since 1970.
    public var time: Int64
    /// The build's number.
    public var build: Int
    /// The entry that was not found; its paths are in canonical form, and secrets are masked.
    public var identity: CacheIdentity

    /// Creates a miss.
    public init(time: Int64, build: Int, identity: CacheIdentity) {
        self.time = time
        self.build = build
        self.identity = identity
    }

    /// The maximum length of a line in bytes.
    private static let maximumLineLength = 16_000

    /// The miss as a line of text, without the line break; `nil` if it is longer than the maximum.
    ///
    /// Each field begins with a letter for its kind, because most kinds can occur several times.
    var line: String? {
        var fields = ["1", "\(time)", "\(build)", "s" + TextField.escape(identity.scope)]
        fields += identity.readScopes.map { "r" + TextField.escape($0) }
        fields += [identity.key].compactMap(\.self).map { "k" + TextField.escape($0) }
        fields += identity.fallbackKeys.map { "f" + TextField.escape($0) }
        fields += identity.paths.map { "p" + TextField.escape($0) }
        let line = fields.joined(separator: " ")
        return line.utf8.count <= MissedEntry.maximumLineLength ? line : nil
    }

    /// Reads a line; `nil` if it is invalid or of another version.
    init?(line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[0] == "1", let time = Int64(fields[1]),
            let build = Int(fields[2])
        else { return nil }
        var values: [Character: [String]] = [:]
        for field in fields.dropFirst(3) {
            guard let kind = field.first, let text = TextField.unescape(field.dropFirst()) else {
                return nil
            }
            values[kind, default: []].append(text)
        }
        guard let scope = values["s"]?.first, let paths = values["p"] else { return nil }
        self.init(
            time: time,
            build: build,
            identity: CacheIdentity(
                scope: scope,
                readScopes: values["r"] ?? [],
                key: values["k"]?.first,
                fallbackKeys: values["f"] ?? [],
                paths: paths
            )
        )
    }
}

/// The escapes of a text that is one field of a line: `%`, and all but printable ASCII, as `%XX`.
enum TextField {
    static func escape(_ text: some StringProtocol) -> String {
        PercentEscape.encode(text) { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "%") }
    }

    static func unescape(_ text: Substring) -> String? { PercentEscape.decode(text) }
}
