internal import BuildspecFiles

/// The fields of a tar header.
struct TarHeader {
    var name: [UInt8]
    var mode: UInt32
    var size: UInt64
    var modified: FileTime
    var type: Unicode.Scalar
    var target: [UInt8]

    /// Reads a block of 512 bytes; `nil` when its checksum or a number is wrong.
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

    /// A time; before 1970 GNU tar writes a negative binary number, in two's complement.
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

    /// An octal number, or a binary one that GNU tar marks by the first bit; no negative ones.
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

/// What extended headers say of the next member.
struct PaxRecords {
    var path: [UInt8]?
    var target: [UInt8]?
    var size: UInt64?
    var modified: FileTime?
    var isSparse = false

    var isEmpty: Bool {
        path == nil && target == nil && size == nil && modified == nil && !isSparse
    }

    /// Reads records: each is its length in decimal, a space, `keyword=value` and a newline.
    mutating func add(_ bytes: [UInt8]) throws(CacheError) {
        let damaged = CacheError.damaged("the archive is damaged: an extended header is damaged")
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != 0x20 }
            guard digits.count <= 8, let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 2, length <= rest.count,
                rest[rest.startIndex + length - 1] == newline
            else { throw damaged }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            rest = rest.dropFirst(length)
            guard let cut = record.firstIndex(of: UInt8(ascii: "=")) else { throw damaged }
            let keyword = String(decoding: record[..<cut], as: UTF8.self)
            let value = record[(cut + 1)...]
            switch keyword {
            case "path": path = Array(value)
            case "linkpath": target = Array(value)
            case "size":
                guard let number = PaxRecords.number(value) else { throw damaged }
                size = number
            case "mtime":
                guard let time = PaxRecords.time(value) else { throw damaged }
                modified = time
            default: isSparse = isSparse || keyword.hasPrefix("GNU.sparse")
            }
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 18,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    /// Decimal seconds with any number of decimals; those behind the ninth are cut.
    private static func time(_ text: ArraySlice<UInt8>) -> FileTime? {
        let isNegative = text.first == UInt8(ascii: "-")
        let parts = (isNegative ? text.dropFirst() : text)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = number(parts[0]), whole < 1 << 48 else { return nil }
        var nanoseconds: Int32 = 0
        if parts.count == 2, !parts[1].isEmpty {
            let digits = parts[1].prefix(9)
            guard let value = number(digits), number(parts[1].prefix(18)) != nil else { return nil }
            nanoseconds = Int32(value)
            for _ in digits.count..<9 { nanoseconds *= 10 }
        }
        guard isNegative else { return FileTime(seconds: Int64(whole), nanoseconds: nanoseconds) }
        return nanoseconds == 0
            ? FileTime(seconds: -Int64(whole), nanoseconds: 0)
            : FileTime(seconds: -Int64(whole) - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }
}
