internal import BuildspecFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The texts of times in UTC.
enum UTCTime {
    /// Writes a time: `2026-11-23 08:32 UTC`.
    ///
    /// - Parameter seconds: The seconds since 1970.
    /// - Returns: The text.
    static func text(_ seconds: Int64) -> String {
        let (day, time) = split(seconds)
        let date = CivilDate(days: day)
        return "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day))"
            + " \(twoDigits(time / 3_600)):\(twoDigits(time / 60 % 60)) UTC"
    }

    /// Reads the current time in seconds since 1970.
    static func seconds() -> Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }

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

    /// Divides a time into the days since 1970, negative before, and the second of the day.
    private static func split(_ seconds: Int64) -> (day: Int64, second: Int64) {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        return second < 0 ? (day - 1, second + 86_400) : (day, second)
    }

    private static func clock() -> (date: [String], time: [String], microseconds: Substring) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let (number, seconds) = split(Int64(now.tv_sec))
        let date = CivilDate(days: number)
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(twoDigits)
        let microseconds = String(Int(now.tv_nsec) / 1_000 + 1_000_000).dropFirst()
        return (["\(date.year)", twoDigits(date.month), twoDigits(date.day)], time, microseconds)
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
