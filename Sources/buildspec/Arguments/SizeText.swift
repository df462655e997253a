/// Sizes as people type them: `800kB`, `500MB`, `10GB`, `1.5GiB`.
enum SizeText {
    /// Reads a size; `nil` when it is none.
    ///
    /// - Parameter text: a number with a unit; a bare number counts bytes.
    /// - Returns: the size in bytes.
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
