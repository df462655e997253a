internal import BuildspecFiles

/// The headers of an exported archive: POSIX tar, with extended (pax) records where they are
/// needed.
enum PaxHeader {
    /// The kind of a member.
    enum Kind {
        case directory
        case file(size: UInt64)
        case link(target: [UInt8])
        case hardLink(target: [UInt8])
    }

    /// Encodes the header blocks of a member, with an extended header first if it is needed.
    ///
    /// Owner and group are 0 without names, so that the user who unpacks the archive owns the
    /// files.
    static func blocks(_ path: [UInt8], _ kind: Kind, mode: UInt32, _ time: FileTime) -> [UInt8] {
        let name = kind.isDirectory ? path + [slash] : path
        var records: [UInt8] = []
        func add(_ keyword: String, _ value: some Collection<UInt8>) {
            records += TarBlocks.paxRecord(keyword, value)
        }
        if name.count > nameLength { add("path", name) }
        if kind.target.count > nameLength { add("linkpath", kind.target) }
        if kind.size > largestOctal { add("size", "\(kind.size)".utf8) }
        let isPlainTime = time.nanoseconds == 0 && (0...Int64(largestOctal)).contains(time.seconds)
        if !isPlainTime { add("mtime", decimal(time).utf8) }

        var result: [UInt8] = []
        if !records.isEmpty {
            let size = UInt64(records.count)
            result += header(Array("pax".utf8), "x", size: size, mode: 0o644, seconds: 0, [])
            result += records
            TarBlocks.pad(&result)
        }
        return result
            + header(
                name,
                kind.letter,
                size: min(kind.size, largestOctal),
                mode: mode,
                seconds: isPlainTime ? UInt64(time.seconds) : 0,
                kind.target
            )
    }

    /// The length of the name and link name fields.
    private static let nameLength = 100
    /// The largest number of eleven octal digits.
    private static let largestOctal: UInt64 = 0o77_777_777_777

    private static func header(
        _ name: [UInt8],
        _ type: Unicode.Scalar,
        size: UInt64,
        mode: UInt32,
        seconds: UInt64,
        _ target: [UInt8]
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarBlocks.size)
        func put(_ bytes: some Collection<UInt8>, at start: Int) {
            for (index, byte) in bytes.enumerated() { block[start + index] = byte }
        }
        func put(_ number: UInt64, digits: Int, at start: Int) {
            let text = String(number, radix: 8)
            put((String(repeating: "0", count: digits - text.utf8.count) + text).utf8, at: start)
        }
        put(name.prefix(nameLength), at: 0)
        put(UInt64(mode), digits: 7, at: 100)
        put(0, digits: 7, at: 108)
        put(0, digits: 7, at: 116)
        put(size, digits: 11, at: 124)
        put(seconds, digits: 11, at: 136)
        block[156] = UInt8(ascii: type)
        put(target.prefix(nameLength), at: 157)
        put("ustar\u{0}00".utf8, at: 257)
        put(TarBlocks.checksum(block[...]), digits: 6, at: 148)
        block[155] = UInt8(ascii: " ")
        return block
    }

    /// Formats a time as seconds with nine decimals; before 1970 the whole number is negative.
    private static func decimal(_ time: FileTime) -> String {
        var seconds = time.seconds
        var nanoseconds = Int64(time.nanoseconds)
        let isNegative = seconds < 0
        if isNegative {
            seconds = -seconds
            if nanoseconds > 0 {
                seconds -= 1
                nanoseconds = 1_000_000_000 - nanoseconds
            }
        }
        let digits = String(nanoseconds)
        let padding = String(repeating: "0", count: 9 - digits.utf8.count)
        return "\(isNegative ? "-" : "")\(seconds).\(padding)\(digits)"
    }
}

extension PaxHeader.Kind {
    fileprivate var isDirectory: Bool {
        if case .directory = self { true } else { false }
    }

    fileprivate var size: UInt64 {
        if case .file(let size) = self { size } else { 0 }
    }

    fileprivate var target: [UInt8] {
        switch self {
        case .link(let target), .hardLink(let target): target
        case .directory, .file: []
        }
    }

    fileprivate var letter: Unicode.Scalar {
        switch self {
        case .file: "0"
        case .hardLink: "1"
        case .link: "2"
        case .directory: "5"
        }
    }
}
