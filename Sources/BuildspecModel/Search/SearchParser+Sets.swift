extension SearchParser {
    /// What is between brackets, the first of which is read already.
    mutating func brackets() throws(Problem) -> ScalarSet {
        var set = ScalarSet()
        let isNegated = skip("^")
        var isFirst = true
        while let next = rest.first, next != "]" || isFirst {
            isFirst = false
            if let named = try namedSet() {
                set.add(named)
            } else if next == "\\", let letter = rest.dropFirst().first,
                let lettered = ScalarSet.lettered[letter]
            {
                rest = rest.dropFirst(2)
                set.add(lettered)
            } else {
                set.add(try range())
            }
        }
        guard skip("]") else { throw Problem(description: "a '[' has no ']'") }
        set.isNegated = isNegated
        return set
    }

    /// `[:name:]` or `[:^name:]`.
    private mutating func namedSet() throws(Problem) -> ScalarSet? {
        guard rest.starts(with: "[:".unicodeScalars),
            let end = rest.dropFirst(2).firstIndex(of: ":"), rest.suffix(from: end + 1).first == "]"
        else { return nil }
        let name = String(rest[..<end].dropFirst(2))
        let isNegated = name.hasPrefix("^")
        guard let set = ScalarSet.named[isNegated ? String(name.dropFirst()) : name] else {
            throw Problem(description: "'[:\(name):]' is no known set")
        }
        rest = rest[(end + 2)...]
        return isNegated ? set.inverted : set
    }

    /// One scalar, or all from one to another.
    private mutating func range() throws(Problem) -> ScalarSet {
        let first = try setScalar()
        guard rest.first == "-", let next = rest.dropFirst().first, next != "]" else {
            return ScalarSet(first)
        }
        rest.removeFirst()
        let last = try setScalar()
        guard first <= last else {
            throw Problem(description: "'\(first)-\(last)' is no range")
        }
        return ScalarSet([first.value...last.value])
    }

    private mutating func setScalar() throws(Problem) -> Unicode.Scalar {
        let scalar = rest.removeFirst()
        return scalar == "\\" ? try escapedScalar() : scalar
    }

    /// The scalar that an escape stands for, the backslash read already.
    mutating func escapedScalar() throws(Problem) -> Unicode.Scalar {
        guard let letter = rest.popFirst() else {
            throw Problem(description: "it ends in a backslash")
        }
        let controls: [Unicode.Scalar: Unicode.Scalar] = [
            "a": "\u{07}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
        ]
        if let control = controls[letter] { return control }
        if letter == "x", let scalar = hexadecimal() { return scalar }
        if letter == "0" { return octal() }
        if letter.isASCII, !ScalarSet.words.contains(letter) || letter == "_" { return letter }
        throw Problem(description: "'\\\(letter)' is not known")
    }

    /// `HH` or `{H…}`.
    private mutating func hexadecimal() -> Unicode.Scalar? {
        let isBraced = rest.first == "{"
        let end = isBraced ? rest.firstIndex(of: "}") : rest.dropFirst(2).startIndex
        guard let end, isBraced || rest.count >= 2 else { return nil }
        let digits = rest[..<end].dropFirst(isBraced ? 1 : 0)
        guard digits.count <= 6, let value = UInt32(String(digits), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { return nil }
        rest = rest[(end + (isBraced ? 1 : 0))...]
        return scalar
    }

    /// Up to two octal digits behind the zero.
    private mutating func octal() -> Unicode.Scalar {
        let digits = rest.prefix(2).prefix { ("0"..."7").contains($0) }
        rest = rest.dropFirst(digits.count)
        return Unicode.Scalar(UInt8(String(digits), radix: 8) ?? 0)
    }
}
