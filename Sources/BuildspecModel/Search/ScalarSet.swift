/// Which scalars a place in a `SearchExpression` takes.
struct ScalarSet: Sendable, Equatable {
    private var ranges: [ClosedRange<UInt32>]
    /// Whether it is all others.
    var isNegated = false
    /// Whether upper and lower case are one.
    var foldsCase = false

    init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    /// Everything but the end of a line.
    static let allButNewline = ScalarSet([0...9, 11...0x10_FFFF])
    static let all = ScalarSet([0...0x10_FFFF])
    static let digits = ScalarSet([0x30...0x39])
    static let words = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    /// Those of a backslash and a letter.
    static let lettered: [Unicode.Scalar: ScalarSet] = [
        "d": digits, "D": digits.inverted, "s": spaces, "S": spaces.inverted,
        "w": words, "W": words.inverted,
    ]

    /// The sets that have a name in brackets, such as `[:alpha:]`.
    static let named: [String: ScalarSet] = [
        "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
        "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A]),
        "ascii": ScalarSet([0...0x7F]),
        "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
        "cntrl": ScalarSet([0...0x1F, 0x7F...0x7F]),
        "digit": digits,
        "graph": ScalarSet([0x21...0x7E]),
        "lower": ScalarSet([0x61...0x7A]),
        "print": ScalarSet([0x20...0x7E]),
        "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
        "space": ScalarSet([0x09...0x0D, 0x20...0x20]),
        "upper": ScalarSet([0x41...0x5A]),
        "word": words,
        "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ]

    /// What is in neither; as ranges, so that it can be part of a further set.
    var inverted: ScalarSet {
        var others: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { others.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10_FFFF { others.append(next...0x10_FFFF) }
        return ScalarSet(others)
    }

    mutating func add(_ other: ScalarSet) { ranges += other.ranges }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        has(scalar) != isNegated
    }

    private func has(_ scalar: Unicode.Scalar) -> Bool {
        if hasExactly(scalar) { return true }
        guard foldsCase else { return false }
        let properties = scalar.properties
        return [properties.lowercaseMapping, properties.uppercaseMapping].contains { text in
            guard let other = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
                return false
            }
            return hasExactly(other)
        }
    }

    private func hasExactly(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) }
    }
}
