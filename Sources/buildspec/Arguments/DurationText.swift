/// Durations as people type them: `90s`, `45m`, `1h30m`.
enum DurationText {
    /// Reads a duration, or says what is wrong with it.
    ///
    /// - Parameter text: numbers, each with its unit `d`, `h`, `m` or `s`, the largest unit first.
    /// - Returns: the duration, or the problem.
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

    /// What is wrong with a duration.
    enum Problem: Error, Equatable {
        case noUnit(String)
        case malformed(String)
        case zero(String)

        /// The problem in words.
        var message: String {
            switch self {
            case .noUnit(let text):
                "'\(text)' has no unit; write '\(text)s', '\(text)m' or '\(text)h'"
            case .malformed(let text):
                "'\(text)' is not a duration; write one like '90s', '45m' or '1h30m'"
            case .zero(let text): "'\(text)' is no time at all; write one like '90s'"
            }
        }
    }
}
