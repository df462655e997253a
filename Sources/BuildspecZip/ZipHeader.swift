internal import BuildspecFiles

/// The properties of an entry that are known before its content is read.
struct ZipHeader: Sendable {
    enum Kind: UInt32 {
        case regular = 0o100000
        case directory = 0o040000
        case link = 0o120000
    }

    /// The name, which ends with a slash for a directory.
    let name: [UInt8]
    let kind: Kind
    let mode: UInt32
    /// Seconds since 1970.
    let time: Int64
    let isUTF8: Bool
    /// Whether sizes need 64 bits; the local header reserves their space before the content is written.
    var needsZip64 = false

    init(_ entry: ZipEntry, kind: Kind, mode: UInt32, time: Int64) throws(ZipError) {
        var name = entry.name
        if kind == .directory, name.last != slash { name.append(slash) }
        let isRelative = !name.isEmpty && name.first != slash && !name.contains(0)
        guard isRelative, name.count <= 0xFFFF,
            !name.split(separator: slash).contains(where: { $0.elementsEqual("..".utf8) })
        else { throw .invalidName(String(decoding: entry.name, as: UTF8.self)) }
        self.name = name
        self.kind = kind
        self.mode = entry.mode ?? mode
        self.time = time
        isUTF8 = String(validating: name, as: UTF8.self) != nil
    }

    /// The type and the permission bits as Unix has them, and the directory bit of MS-DOS.
    var attributes: UInt32 {
        (kind.rawValue | (mode & 0o7777)) << 16 | (kind == .directory ? 0x10 : 0)
    }

    /// Bit 11 marks a name as UTF-8, where that is not the same as ASCII.
    var flags: UInt16 { isUTF8 && name.contains { $0 >= 0x80 } ? 1 << 11 : 0 }

    /// The time as MS-DOS stores it: in steps of two seconds, from 1980 to 2107.
    ///
    /// It is in UTC, so that the bytes do not depend on the time zone of the machine.
    var dosTime: UInt32 {
        let earliest: Int64 = 315_532_800
        let latest: Int64 = 4_354_819_198
        let (date, second) = CivilDate.split(min(max(time, earliest), latest))
        let day = (date.year - 1980) << 9 | date.month << 5 | date.day
        let clock = (second / 3_600) << 11 | (second / 60 % 60) << 5 | second % 60 / 2
        return UInt32(day << 16 | clock)
    }

    /// The extended timestamp (field 0x5455) with the exact second in UTC.
    ///
    /// It is left out after 2038 and before 1970, because readers disagree on the sign of its number.
    var extraField: [UInt8] {
        guard let seconds = UInt32(exactly: time), seconds < 1 << 31 else { return [] }
        return [0x55, 0x54, 5, 0, 1]
            + (0..<4).map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) }
    }
}
