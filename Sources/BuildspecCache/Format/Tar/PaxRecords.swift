internal import BuildspecFiles

/// The values that extended (pax) headers give to the next member.
struct PaxRecords {
    var path: [UInt8]?
    var target: [UInt8]?
    var size: UInt64?
    var modified: FileTime?
    var isSparse = false

    var isEmpty: Bool {
        path == nil && target == nil && size == nil && modified == nil && !isSparse
    }

    /// Parses records: each has its length in decimal, a space, `keyword=value` and a newline.
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
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw damaged }
            let keyword = String(decoding: record[..<equals], as: UTF8.self)
            let value = record[(equals + 1)...]
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

    /// Parses decimal seconds with any number of decimals; it ignores those after the ninth.
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
