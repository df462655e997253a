/// Durations as test reports write them.
enum TestDuration {
    /// Returns the nanoseconds of a number of units, or of `hh:mm:ss` or `d.hh:mm:ss`.
    ///
    /// A separator of decimals is a point or a comma. If both occur, the last is the separator, and the
    /// others group digits, as in `1,234.5`.
    ///
    /// - Parameters:
    ///   - text: The text of an attribute.
    ///   - unit: The seconds of one unit.
    /// - Returns: 0 for a negative number and for another text.
    static func nanoseconds(_ text: String?, unit: Double = 1) -> Int64 {
        guard let text else { return 0 }
        if let number = plainNumber(text) ?? Double(text) {
            return Int64(nanosecondsOf: number * unit)
        }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var total = 0.0
        if parts.count == 3, let point = parts[0].firstIndex(of: ".") {
            guard let days = Double(parts[0][..<point]) else { return 0 }
            total = days * 24
            parts[0] = parts[0][point...].dropFirst()
        }
        guard parts.count <= 3 else { return 0 }
        for (index, part) in parts.enumerated() {
            guard let number = number(part) else { return 0 }
            total = (index == 0 ? total : total * 60) + number
        }
        return Int64(nanosecondsOf: total * unit)
    }

    /// Reads the usual form, digits with at most one point, faster than `Double` does.
    private static func plainNumber(_ text: String) -> Double? {
        // 15 digits are exact in a `Double`.
        guard 1...15 ~= text.utf8.count else { return nil }
        var digits = 0
        var scale = 1.0
        var isFraction = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
                if isFraction { scale *= 10 }
            case UInt8(ascii: ".") where !isFraction: isFraction = true
            default: return nil
            }
        }
        return Double(digits) / scale
    }

    private static func number(_ text: Substring) -> Double? {
        let characters = text.filter { !$0.isWhitespace }
        guard let last = characters.last(where: { $0 == "," || $0 == "." }) else {
            return Double(characters)
        }
        let isDecimal = characters.count { $0 == last } == 1
        var plain = ""
        for character in characters {
            if character == last, isDecimal {
                plain.append(".")
            } else if character != ",", character != "." {
                plain.append(character)
            }
        }
        return Double(plain)
    }
}
