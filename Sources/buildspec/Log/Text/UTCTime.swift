internal import BuildspecFiles

/// The texts of times in UTC.
enum UTCTime {
    /// Writes a time since 1970: `2026-11-23 08:32 UTC`.
    static func text(_ seconds: Int64) -> String {
        let (date, time) = CivilDate.split(seconds)
        return "\(date.year)-\(Quantity.twoDigits(date.month))-\(Quantity.twoDigits(date.day))"
            + " \(Quantity.twoDigits(time / 3_600)):\(Quantity.twoDigits(time / 60 % 60)) UTC"
    }

    /// Reads the current time in seconds since 1970.
    static func seconds() -> Int64 { FileTime.now().seconds }

    /// Writes the current time as in RFC 3339: `2026-11-23T08:32:05.123Z`.
    static func now() -> String {
        let (date, time, microseconds) = clock()
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":"))"
            + ".\(microseconds.prefix(3))Z"
    }

    /// Writes the current time as in CodeBuild's logs: `2026/11/23 08:32:05.123456`.
    static func codeBuild() -> String {
        let (date, time, microseconds) = clock()
        return "\(date.joined(separator: "/")) \(time.joined(separator: ":")).\(microseconds)"
    }

    private static func clock() -> (date: [String], time: [String], microseconds: Substring) {
        let now = FileTime.now()
        let (date, seconds) = CivilDate.split(now.seconds)
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(Quantity.twoDigits)
        let microseconds = String(Int(now.nanoseconds) / 1_000 + 1_000_000).dropFirst()
        let day = [date.month, date.day].map(Quantity.twoDigits)
        return (["\(date.year)"] + day, time, microseconds)
    }
}
