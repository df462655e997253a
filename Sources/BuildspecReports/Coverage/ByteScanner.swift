/// Reads numbers and separators from the start of a text.
struct ByteScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func skipSpaces() {
        while rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "\t") {
            rest = rest.dropFirst()
        }
    }

    /// Skips `byte`, and returns whether it was there.
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Reads digits as a number, clamped; `nil` without a digit.
    mutating func digits() -> Int? {
        let start = rest.startIndex
        var index = start
        var number = 0
        while index < rest.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= rest[index] {
            let digit = Int(rest[index] & 0x0F)
            number = number > (.max - 9) / 10 ? .max : number * 10 + digit
            index += 1
        }
        rest = rest[index...]
        return index > start ? number : nil
    }
}
