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
        let (year, month, dayOfMonth) = date(ofDay: day)
        return "\(year)-\(twoDigits(month))-\(twoDigits(dayOfMonth))"
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
        let (year, month, day) = date(ofDay: number)
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(twoDigits)
        let microseconds = String(Int(now.tv_nsec) / 1_000 + 1_000_000).dropFirst()
        return (["\(year)", twoDigits(month), twoDigits(day)], time, microseconds)
    }

    /// Computes the date of a day, counted from 1970-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is the last day of a year.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
