/// What the cache cost and brought in one build.
public struct CacheRun: Sendable, Equatable {
    /// What a restore came to.
    public enum Outcome: String, Sendable {
        /// The entry of the key itself.
        case exact
        /// An entry of a fallback key.
        case fallback
        /// Nothing was restored.
        case miss
    }

    /// When the build ended, in seconds since 1970.
    public var time: Int64
    /// What the restore came to.
    public var outcome: Outcome
    /// How long it took to restore, in milliseconds.
    public var restoring: Int
    /// How long it took to save, in milliseconds.
    public var saving: Int
    /// How long the phases took, in milliseconds.
    public var phases: Int
    /// Content bytes that were restored.
    public var restoredBytes: UInt64
    /// Bytes that the save added to the store.
    public var storedBytes: UInt64
    /// The key, cut to a bounded length; empty without one.
    public var key: String

    /// The longest key that is kept, in bytes.
    private static let longestKey = 160

    /// The run as a line of text, without its end.
    var line: String {
        let numbers = [
            "1", "\(time)", outcome.rawValue, "\(restoring)", "\(saving)", "\(phases)",
            "\(restoredBytes)", "\(storedBytes)",
        ]
        let plain = key.map { $0.isNewline ? "?" : $0 }
        var short = ""
        for character in plain {
            guard short.utf8.count + character.utf8.count <= CacheRun.longestKey else { break }
            short.append(character)
        }
        return (numbers + [short]).joined(separator: " ")
    }

    /// Reads a line; `nil` for one of another version or none.
    init?(line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: false)
        guard fields.count == 9, fields[0] == "1", let time = Int64(fields[1]),
            let outcome = Outcome(rawValue: String(fields[2])), let restoring = Int(fields[3]),
            let saving = Int(fields[4]), let phases = Int(fields[5]),
            let restoredBytes = UInt64(fields[6]), let storedBytes = UInt64(fields[7]),
            // A thousand hours; nothing that is added up can overflow.
            [restoring, saving, phases].allSatisfy({ (0..<3_600_000_000).contains($0) })
        else { return nil }
        self.init(
            time: time,
            outcome: outcome,
            restoring: restoring,
            saving: saving,
            phases: phases,
            restoredBytes: restoredBytes,
            storedBytes: storedBytes,
            key: String(fields[8])
        )
    }

    init(
        time: Int64,
        outcome: Outcome,
        restoring: Int,
        saving: Int,
        phases: Int,
        restoredBytes: UInt64,
        storedBytes: UInt64,
        key: String
    ) {
        self.time = time
        self.outcome = outcome
        self.restoring = restoring
        self.saving = saving
        self.phases = phases
        self.restoredBytes = restoredBytes
        self.storedBytes = storedBytes
        self.key = key
    }
}
