/// The cost and the result of the cache in one build.
public struct CacheRun: Sendable, Equatable {
    /// The result of a restore.
    public enum Outcome: String, Sendable {
        /// The entry of the key was restored.
        case exact
        /// An entry of a fallback key was restored.
        case fallback
        /// Nothing was restored.
        case miss
    }

    /// The time when the build ended, in seconds since 1970.
    public var time: Int64
    /// The result of the restore.
    public var outcome: Outcome
    /// The duration of the restore.
    public var restoringMilliseconds: Int
    /// The duration of the save.
    public var savingMilliseconds: Int
    /// The duration of all phases.
    public var phasesMilliseconds: Int
    /// The number of content bytes that were restored.
    public var restoredBytes: UInt64
    /// The number of bytes that the save added to the store.
    public var storedBytes: UInt64
    /// The key, cut to a bounded length; empty without one.
    public var key: String

    var cacheMilliseconds: Int { restoringMilliseconds + savingMilliseconds }

    /// The maximum length of a recorded key in bytes.
    private static let maximumKeyLength = 160

    /// The run as a line of text, without the line break.
    var line: String {
        let numbers = [
            "1", "\(time)", outcome.rawValue, "\(restoringMilliseconds)", "\(savingMilliseconds)",
            "\(phasesMilliseconds)", "\(restoredBytes)", "\(storedBytes)",
        ]
        let plain = key.map { $0.isNewline ? "?" : $0 }
        var short = ""
        for character in plain {
            let length = short.utf8.count + character.utf8.count
            guard length <= CacheRun.maximumKeyLength else { break }
            short.append(character)
        }
        return (numbers + [short]).joined(separator: " ")
    }
}

extension CacheRun {
    /// Reads a line; `nil` if it is invalid or of another version.
    init?(line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: false)
        guard fields.count == 9, fields[0] == "1", let time = Int64(fields[1]),
            let outcome = Outcome(rawValue: String(fields[2])), let restoring = Int(fields[3]),
            let saving = Int(fields[4]), let phases = Int(fields[5]),
            let restoredBytes = UInt64(fields[6]), let storedBytes = UInt64(fields[7]),
            // At most a thousand hours each, so that no sum can overflow.
            [restoring, saving, phases].allSatisfy({ (0..<3_600_000_000).contains($0) })
        else { return nil }
        self.init(
            time: time,
            outcome: outcome,
            restoringMilliseconds: restoring,
            savingMilliseconds: saving,
            phasesMilliseconds: phases,
            restoredBytes: restoredBytes,
            storedBytes: storedBytes,
            key: String(fields[8])
        )
    }
}
