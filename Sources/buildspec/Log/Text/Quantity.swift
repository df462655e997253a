/// The texts of numbers with units.
enum Quantity {
    /// Writes a duration: `0.3 s`, `74.2 s`, `12 min 05 s`, `1 h 02 min`.
    static func time(_ duration: Duration) -> String {
        let longest = Duration.seconds(Int64(1) << 40)
        let milliseconds = min(max(duration, .zero), longest) / .milliseconds(1)
        let seconds = Int(milliseconds / 1_000)
        if milliseconds < 99_950 {
            let tenths = Int((milliseconds / 100).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        if seconds < 3_600 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
        return "\(seconds / 3_600) h \(twoDigits(seconds / 60 % 60)) min"
    }

    /// Writes a size in decimal units: `812 B`, `3.4 kB`, `0.7 MB`, `1.2 GB`.
    static func size(_ bytes: UInt64) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) B"
        case ..<99_950: tenths(bytes, 1_000) + " kB"
        case ..<999_950_000: tenths(bytes, 1_000_000) + " MB"
        default: tenths(bytes, 1_000_000_000) + " GB"
        }
    }

    /// Writes a count with its noun: `1 file`, `27,136 files`.
    static func count(_ number: Int, _ noun: String) -> String {
        count(number, noun + "s", one: noun)
    }

    /// Writes a count with a noun whose plural is irregular: `1 entry`, `3 entries`.
    static func count(_ number: Int, _ plural: String, one: String) -> String {
        var digits = String(number)
        var index = digits.endIndex
        while digits.distance(from: digits.startIndex, to: index) > 3 {
            index = digits.index(index, offsetBy: -3)
            digits.insert(",", at: index)
        }
        return "\(digits) \(number == 1 ? one : plural)"
    }

    private static func tenths(_ bytes: UInt64, _ unit: UInt64) -> String {
        // `bytes * 10` could overflow.
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit)
        let tenths = whole * 10 + (rest * 10 + unit / 2) / unit
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Writes a number below 100 with two digits.
    static func twoDigits(_ number: some BinaryInteger) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
