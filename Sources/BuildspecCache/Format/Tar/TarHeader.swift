internal import BuildspecFiles

/// The fields of a tar header.
struct TarHeader {
    var name: [UInt8]
    var mode: UInt32
    var size: UInt64
    var modified: FileTime
    var type: Unicode.Scalar
    var target: [UInt8]

    /// Parses a block of 512 bytes; `nil` if the checksum or a number is wrong.
    init?(_ block: ArraySlice<UInt8>) {
        let start = block.startIndex
        func field(_ offset: Int, _ length: Int) -> ArraySlice<UInt8> {
            block[start + offset..<start + offset + length]
        }
        func text(_ offset: Int, _ length: Int) -> [UInt8] {
            Array(field(offset, length).prefix { $0 != 0 })
        }
        guard TarHeader.number(field(148, 8)) == TarBlocks.checksum(block),
            let mode = TarHeader.number(field(100, 8)),
            let size = TarHeader.number(field(124, 12)),
            let seconds = TarHeader.seconds(field(136, 12))
        else { return nil }
        // GNU tar's own format has other fields where POSIX has the prefix.
        let isPosix = field(257, 6).elementsEqual("ustar\u{0}".utf8)
        let prefix = isPosix ? text(345, 155) : []
        name = prefix.isEmpty ? text(0, 100) : prefix + [slash] + text(0, 100)
        self.mode = UInt32(truncatingIfNeeded: mode) & 0o7777
        self.size = size
        modified = FileTime(seconds: seconds, nanoseconds: 0)
        type = Unicode.Scalar(block[start + 156])
        target = text(157, 100)
    }

    /// Parses a time; before 1970 GNU tar writes a negative binary number, in two's complement.
    private static func seconds(_ field: ArraySlice<UInt8>) -> Int64? {
        guard field.first == 0xFF else {
            guard let seconds = number(field), seconds <= UInt64(Int64.max) / 2 else { return nil }
            return Int64(seconds)
        }
        guard field.dropLast(8).allSatisfy({ $0 == 0xFF }) else { return nil }
        let bits = field.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
        let seconds = Int64(bitPattern: bits)
        return (Int64.min / 2..<0).contains(seconds) ? seconds : nil
    }

    /// Parses an octal number, or a positive binary number, which GNU tar marks by the first bit.
    private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        if field.first == 0x80 {
            let digits = field.dropFirst()
            guard digits.dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
            return digits.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        let trimmed = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        var value: UInt64 = 0
        for digit in trimmed {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            value = value << 3 | UInt64(digit & 7)
        }
        return value
    }
}
