internal import BuildspecFiles

/// A time in whole seconds, as AWS writes it in signatures and expiry times.
struct Timestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970, UTC.
    var seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    static func now() -> Timestamp {
        Timestamp(seconds: FileTime.now().seconds)
    }

    static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.seconds < right.seconds
    }

    /// The form in signatures: `20150830T123600Z`.
    var basic: String {
        let (date, second) = CivilDate.split(seconds)
        let clock = [second / 3600, second / 60 % 60, second % 60]
        return date.basic + "T" + clock.map { padded($0, 2) }.joined() + "Z"
    }

    /// The day in signatures: `20150830`.
    var day: String { String(basic.prefix(8)) }

    /// Parses `2026-11-23T09:50:00Z`, with or without a fraction, or with `+00:00`.
    ///
    /// Every credential endpoint of AWS answers in UTC, so any other offset is rejected.
    init?(extended text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let date = CivilDate(extended: bytes[..<10]),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]),
            hour < 24, minute < 60, second < 61
        else { return nil }
        let colon = UInt8(ascii: ":")
        guard bytes[13] == colon, bytes[16] == colon, isUTC(bytes[19...]) else { return nil }
        seconds = date.days * 86400 + hour * 3600 + minute * 60 + second
    }

    /// Parses the `Date` header of HTTP: `Mon, 23 Nov 2026 09:50:00 GMT`.
    init?(header text: String) {
        let fields = text.split(separator: " ")
        guard fields.count == 6, fields[5] == "GMT" || fields[5] == "UTC",
            let day = number(Array(fields[1].utf8)[...]),
            let year = number(Array(fields[3].utf8)[...]),
            let month = months.firstIndex(of: fields[2]),
            let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
        else { return nil }
        let clock = fields[4].split(separator: ":").map { number(Array($0.utf8)[...]) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            hour < 24, minute < 60, second < 61
        else { return nil }
        seconds = date.days * 86400 + hour * 3600 + minute * 60 + second
    }
}

private let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

extension CivilDate {
    fileprivate init?(extended bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard let year = number(bytes[start..<start + 4]),
            let month = number(bytes[start + 5..<start + 7]),
            let day = number(bytes[start + 8..<start + 10]),
            bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-")
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    fileprivate var basic: String { padded(year, 4) + padded(month, 2) + padded(day, 2) }
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Whether the end of a time is UTC, with or without a fraction before it.
private func isUTC(_ tail: ArraySlice<UInt8>) -> Bool {
    var rest = tail
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
    }
    return ["Z", "+00:00", "+0000"].contains(String(decoding: rest, as: UTF8.self))
}
