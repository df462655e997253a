/// Arithmetic for numbers from untrusted input: an overflow gives the nearest number and never traps.
extension FixedWidthInteger {
    /// Returns the sum, or the nearest number of the type.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }

    package func subtractingClamped(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference }
        return other < 0 ? .max : .min
    }

    package func multipliedClamped(by other: Self) -> Self {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        guard overflows else { return product }
        return (self < 0) == (other < 0) ? .max : .min
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum of all elements, or the nearest number of the type.
    package var clampedSum: Element { reduce(0) { $0.addingClamped($1) } }
}

extension Duration {
    /// The duration in nanoseconds, clamped to 292 years.
    package var nanoseconds: Int64 {
        components.seconds.multipliedClamped(by: 1_000_000_000)
            .addingClamped(components.attoseconds / 1_000_000_000)
    }
}
