/// AWS access key ids, recognized by their form.
///
/// An id is a prefix and sixteen more upper-case letters or digits. Neither an upper-case letter nor
/// a digit may come directly before or after the id, because it would be part of a longer run. A
/// lower-case letter may, because a colour's escape sequence and `\n` in JSON end with one. A percent
/// escape may come before the id too, as in `Credential%3DAKIA...`. AWS issues ids in base32 (`A` to
/// `Z`, `2` to `7`); local stand-ins for AWS also use the other digits, so all digits count.
///
/// Source: IAM guide, reference_identifiers: unique ID prefixes. `AKIA` (access key), `ASIA`
/// (temporary access key), `ABIA` (STS service bearer token) and `ACCA` (context-specific
/// credential) name credentials. The others (`AIDA`, `AROA`, `AGPA`, ...) name users, roles and
/// groups. They give no access, are part of ARNs and assumed-role ids that people need to read, and
/// stay visible.
enum AccessKeyID {
    /// The prefixes of credentials.
    static let prefixBytes: [[UInt8]] = ["AKIA", "ASIA", "ABIA", "ACCA"].map { [UInt8]($0.utf8) }

    /// The prefixes as numbers, as `PrefixFilter` compares them.
    static let prefixes: [UInt32] = prefixBytes.map { PrefixFilter.prefix(of: $0) }

    /// The number of bytes before an id that decide whether it is one.
    static let context = 3

    static let length = 20

    /// Checks whether an id begins at `start`, where one of the prefixes is.
    static func match(
        _ bytes: UnsafeRawBufferPointer,
        at start: Int,
        isAtEnd: Bool
    ) -> PatternSet.Outcome {
        guard unsafe mayBegin(bytes, at: start) else { return PatternSet.Outcome() }
        let limit = min(start + length, bytes.count)
        var end = start
        while end < limit, unsafe isPart(bytes[end]) { end += 1 }
        if end < limit { return PatternSet.Outcome() }
        if end == bytes.count && !isAtEnd { return PatternSet.Outcome(isOpen: true) }
        guard end == start + length, unsafe end == bytes.count || !isPart(bytes[end]) else {
            return PatternSet.Outcome()
        }
        return PatternSet.Outcome(length: length)
    }

    private static func mayBegin(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start > 0, unsafe isPart(bytes[start - 1]) else { return true }
        guard start >= 3, unsafe bytes[start - 3] == UInt8(ascii: "%") else { return false }
        return unsafe bytes[(start - 2)..<start].allSatisfy {
            Unicode.Scalar($0).properties.isASCIIHexDigit
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
