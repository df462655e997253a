/// AWS access key ids, known by their shape.
///
/// An id is a prefix and sixteen more upper-case letters or digits, and neither an upper-case
/// letter nor a digit stands right before or behind it, so that a longer run is left alone. A
/// lower-case letter may stand there: the end of a colour's escape sequence or of `\n` in JSON is
/// one. A percent escape may stand before it too, as in `Credential%3DAKIA...`. AWS gives out ids
/// in base32 (`A` to `Z`, `2` to `7`); local doubles of AWS also use the other digits, so all
/// count.
///
/// Source: IAM guide, reference_identifiers: unique ID prefixes. `AKIA` (access key), `ASIA`
/// (temporary access key), `ABIA` (STS service bearer token) and `ACCA` (context-specific
/// credential) name credentials. The others (`AIDA`, `AROA`, `AGPA`, ...) name users, roles and
/// groups; they open nothing, stand in ARNs and assumed-role ids that people need to read, and
/// stay.
enum AccessKeyID {
    /// The prefixes of credentials.
    static let names: [[UInt8]] = ["AKIA", "ASIA", "ABIA", "ACCA"].map { [UInt8]($0.utf8) }

    /// The prefixes as `PrefixFilter` sees them.
    static let prefixes: [UInt32] = names.map { PrefixFilter.prefix(of: $0) }

    /// How many bytes before an id have to be known to tell whether it is one.
    static let context = 3

    /// The bytes of an id.
    static let length = 20

    /// Whether an id is at a place at which a prefix is.
    static func match(
        _ bytes: UnsafeRawBufferPointer,
        at place: Int,
        isAtEnd: Bool
    ) -> PatternSet.Outcome {
        guard unsafe mayBegin(bytes, at: place) else { return PatternSet.Outcome() }
        let limit = min(place + length, bytes.count)
        var end = place
        while end < limit, unsafe isPart(bytes[end]) { end += 1 }
        if end < limit { return PatternSet.Outcome() }
        if end == bytes.count && !isAtEnd { return PatternSet.Outcome(isOpen: true) }
        guard end == place + length, unsafe end == bytes.count || !isPart(bytes[end]) else {
            return PatternSet.Outcome()
        }
        return PatternSet.Outcome(length: length)
    }

    private static func mayBegin(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
        guard place > 0, unsafe isPart(bytes[place - 1]) else { return true }
        guard place >= 3, unsafe bytes[place - 3] == UInt8(ascii: "%") else { return false }
        return unsafe isHexadecimal(bytes[place - 2]) && isHexadecimal(bytes[place - 1])
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
