extension JSONCursor {
    /// The fault of a byte that cannot be here in UTF-8.
    var notUTF8: SyntaxFault { fault("the document is not UTF-8") }

    /// Takes a string whose quote is next.
    ///
    /// - Returns: At most `limit` bytes of the string without its quotes and escapes.
    mutating func string(limit: Int) throws(SyntaxFault) -> String {
        text.begin(limit: limit)
        advance()
        while true {
            takePlain()
            switch peek() {
            case nil: throw fault("a string has no end")
            case UInt8(ascii: "\""):
                advance()
                return text.string
            case UInt8(ascii: "\\"):
                advance()
                try escape()
            case .some(let byte) where byte >= 0x80: try character(byte)
            case .some(let byte) where byte < 0x20: throw unexpected("an escape")
            // The first byte of the next part.
            default: break
            }
        }
    }

    /// Takes a character of two to four bytes, of which `first` is next.
    ///
    /// Source: RFC 3629, section 4.
    private mutating func character(_ first: UInt8) throws(SyntaxFault) {
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let count: Int
        switch first {
        case 0xC2...0xDF: count = 1
        case 0xE0: (count, second) = (2, 0xA0...0xBF)
        case 0xED: (count, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: count = 2
        case 0xF0: (count, second) = (3, 0x90...0xBF)
        case 0xF4: (count, second) = (3, 0x80...0x8F)
        case 0xF1...0xF3: count = 3
        default: throw notUTF8
        }
        advance()
        var code = UInt32(first & (0x3F >> UInt8(count)))
        for index in 0..<count {
            guard let byte = peek(), (index == 0 ? second : 0x80...0xBF) ~= byte else {
                throw notUTF8
            }
            code = code << 6 | UInt32(byte & 0x3F)
            advance()
        }
        append(code)
    }

    /// Takes an escape after its backslash.
    private mutating func escape() throws(SyntaxFault) {
        switch peek() {
        case UInt8(ascii: "\""): append(0x22)
        case UInt8(ascii: "\\"): append(0x5C)
        case UInt8(ascii: "/"): append(0x2F)
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "u"):
            try unicodeEscape()
            return
        default: throw unexpected("an escape after '\\'")
        }
        advance()
    }

    /// Takes an escape whose `u` is next, or a surrogate pair of two; half a pair becomes U+FFFD.
    private mutating func unicodeEscape() throws(SyntaxFault) {
        var unit = try codeUnit()
        while (0xD800...0xDBFF) ~= unit, take(UInt8(ascii: "\\")) {
            guard peek() == UInt8(ascii: "u") else {
                append(unit)
                return try escape()
            }
            let low = try codeUnit()
            if (0xDC00...0xDFFF) ~= low {
                append(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
                return
            }
            append(unit)
            unit = low
        }
        append(unit)
    }

    /// Takes `u` and the four digits after it.
    private mutating func codeUnit() throws(SyntaxFault) -> UInt32 {
        advance()
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch peek() {
            case .some(let byte) where 0x30...0x39 ~= byte: digit = byte - 0x30
            case .some(let byte) where 0x41...0x46 ~= byte: digit = byte - 0x37
            case .some(let byte) where 0x61...0x66 ~= byte: digit = byte - 0x57
            default: throw unexpected("four hexadecimal digits after '\\u'")
            }
            unit = unit << 4 | UInt32(digit)
            advance()
        }
        return unit
    }

    private mutating func append(_ code: UInt32) {
        text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }

    /// Takes a number whose first byte is next.
    ///
    /// - Returns: At most `limit` bytes of the number.
    mutating func number(limit: Int) throws(SyntaxFault) -> String {
        text.begin(limit: limit)
        _ = takeKept("-")
        if !takeKept("0") { try digits() }
        if takeKept(".") { try digits() }
        if takeKept("e") || takeKept("E") {
            if !takeKept("+") { _ = takeKept("-") }
            try digits()
        }
        return text.string
    }

    private mutating func takeKept(_ character: Unicode.Scalar) -> Bool {
        guard take(UInt8(ascii: character)) else { return false }
        text.append(UInt8(ascii: character))
        return true
    }

    private mutating func digits() throws(SyntaxFault) {
        let size = text.size
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte {
            text.append(byte)
            advance()
        }
        guard text.size > size else { throw unexpected("a digit") }
    }
}
