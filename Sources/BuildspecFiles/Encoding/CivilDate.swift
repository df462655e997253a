/// A day of the Gregorian calendar.
///
/// The calculation counts years from March, so the leap day is the last day of a year.
package struct CivilDate: Sendable, Equatable {
    package let year: Int64
    /// The month from 1 to 12.
    package let month: Int64
    /// The day of the month from 1 to 31.
    package let day: Int64

    /// The days in an era of 400 years, and from the start of an era to 1970-01-01.
    private static let era: Int64 = 146_097
    private static let epoch: Int64 = 719_468

    /// Creates a date; `nil` if the day does not exist, or the year is not from 1 to 9999.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        (self.year, self.month, self.day) = (year, month, day)
        guard CivilDate(days: days) == self else { return nil }
    }

    /// Creates the date that is so many days after 1970-01-01, or before it.
    package init(days: Int64) {
        let shifted = days + CivilDate.epoch
        let era = (shifted >= 0 ? shifted : shifted - CivilDate.era + 1) / CivilDate.era
        let dayOfEra = shifted - era * CivilDate.era
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Divides a time in seconds since 1970 into its date in UTC, and the second of that day.
    package static func split(_ seconds: Int64) -> (date: CivilDate, second: Int64) {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        return second < 0
            ? (CivilDate(days: day - 1), second + 86_400) : (CivilDate(days: day), second)
    }

    /// The number of days since 1970-01-01.
    package var days: Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * CivilDate.era + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - CivilDate.epoch
    }
}
