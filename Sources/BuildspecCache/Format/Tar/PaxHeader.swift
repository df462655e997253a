internal import BuildspecFiles

/// The headers of an exported archive: POSIX tar, with extended (pax) records if needed.
enum PaxHeader {
    /// Encodes the header blocks of a member, with an extended header first if it is needed.
    ///
    /// Owner and group are 0 without names, so the user who unpacks the archive owns the files.
    static func blocks(
        _ path: [UInt8],
        _ kind: TarReader.Member.Kind,
        mode: UInt32,
        _ time: FileTime
    ) -> [UInt8] {
        let name = kind == .directory ? path + [slash] : path
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
            TarFormat.appendHeader(Array("pax".utf8)[...], records.count, type: "x", to: &result)
            result += records
            TarBlocks.pad(&result)
        }
        TarFormat.appendHeader(
            name.prefix(nameLength),
            target: kind.target.prefix(nameLength),
            Int(min(kind.size, largestOctal)),
            type: kind.letter,
            mode: Int(mode),
            seconds: isPlainTime ? Int(time.seconds) : 0,
            to: &result
        )
        return result
    }

    /// The length of the name and link name fields.
    private static let nameLength = 100
    /// The largest number of eleven octal digits.
    private static let largestOctal: UInt64 = 0o77_777_777_777

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

extension TarReader.Member.Kind {
    fileprivate var size: UInt64 { if case .file(let size) = self { size } else { 0 } }

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
