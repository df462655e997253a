internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecFiles

/// A day as users type it: `2027-06-30`.
enum DayText {
    /// The last second of a day in UTC, in seconds since 1970; `nil` if the text is not a day.
    static func lastSecond(of text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({
                $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return (date.days + 1) * 86_400 - 1
    }
}

/// A duration as users type it: `90s`, `45m`, `1h30m`.
enum DurationText {
    /// Parses numbers, each with its unit `d`, `h`, `m` or `s`, the largest unit first.
    static func parse(_ text: String) -> Result<Duration, Problem> {
        var rest = Substring(text)
        var total: Int64 = 0
        var units: [(Character, Int64)] = [
            ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
        ]
        guard !rest.isEmpty else { return .failure(.malformed(text)) }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int64(digits), number <= 1_000_000 else {
                return .failure(.malformed(text))
            }
            guard let unit = rest.popFirst() else { return .failure(.noUnit(text)) }
            guard let index = units.firstIndex(where: { $0.0 == unit }) else {
                return .failure(.malformed(text))
            }
            total += number * units[index].1
            units.removeFirst(index + 1)
        }
        return total > 0 ? .success(.seconds(total)) : .failure(.zero(text))
    }

    /// The fault of a text that is not a duration.
    enum Problem: Error, Equatable {
        case noUnit(String)
        case malformed(String)
        case zero(String)

        var message: String {
            switch self {
            case .noUnit(let text):
                "'\(text)' has no unit; write '\(text)s', '\(text)m' or '\(text)h'"
            case .malformed(let text):
                "'\(text)' is not a duration; write one like '90s', '45m' or '1h30m'"
            case .zero(let text): "'\(text)' must be greater than zero; write a duration like '90s'"
            }
        }
    }
}

/// A size as users type it: `800kB`, `500MB`, `10GB`, `1.5GiB`.
enum SizeText {
    /// Parses a size in bytes, with or without a unit; `nil` if the text is not a size.
    static func parse(_ text: String) -> UInt64? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).lowercased()
        let scales: [String: Double] = [
            "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
            "t": 1e12, "tb": 1e12, "kib": 1_024, "mib": 1_048_576, "gib": 1_073_741_824,
            "tib": 1_099_511_627_776,
        ]
        guard let value = Double(number), let scale = scales[unit], value * scale < 1e18 else {
            return nil
        }
        return UInt64(value * scale)
    }
}

/// A switch in an environment variable.
enum FlagText {
    /// Whether a variable turns a switch on; if it is not set or empty, the switch is off.
    static func variable(_ name: String, _ environment: [String: String]) throws -> Bool {
        guard let text = environment[name], !text.isEmpty else { return false }
        guard let isOn = SwitchText.isOn(text) else {
            throw ValidationError("\(name): '\(text)' is neither on nor off; write 1 or 0")
        }
        return isOn
    }
}
