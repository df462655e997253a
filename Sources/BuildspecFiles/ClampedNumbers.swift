/// Arithmetic on numbers that somebody else has written: the nearest number that there is, and no trap.
extension FixedWidthInteger {
    /// The sum.
    package func plus(_ other: Self) -> Self {
        let (sum, isTooMuch) = addingReportingOverflow(other)
        guard isTooMuch else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference.
    package func minus(_ other: Self) -> Self {
        let (difference, isTooMuch) = subtractingReportingOverflow(other)
        guard isTooMuch else { return difference }
        return other < 0 ? .max : .min
    }

    /// The product.
    package func times(_ other: Self) -> Self {
        let (product, isTooMuch) = multipliedReportingOverflow(by: other)
        guard isTooMuch else { return product }
        return (self < 0) == (other < 0) ? .max : .min
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum of all.
    package var sum: Element { reduce(0) { $0.plus($1) } }
}

extension FileTime {
    /// Nanoseconds since 1970, as far as they can be counted: from the year 1677 to 2262.
    package var sinceEpoch: Int64 { seconds.times(1_000_000_000).plus(Int64(nanoseconds)) }
}

extension Duration {
    /// Nanoseconds, as far as they can be counted: 292 years.
    package var nanoseconds: Int64 {
        components.seconds.times(1_000_000_000).plus(components.attoseconds / 1_000_000_000)
    }
}
