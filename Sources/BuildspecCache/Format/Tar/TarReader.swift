internal import BuildspecFiles

/// A reader of tar archives that need not be trusted: ustar, pax and GNU long names.
///
/// Every size is checked against a limit before it is used. The size in an extended header counts
/// for the content and the next header's position, so that all readers see the same members.
struct TarReader {
    /// A member; its content must be read before the next member.
    struct Member {
        enum Kind: Equatable {
            case file(size: UInt64)
            case directory
            case link(target: [UInt8])
            case hardLink(target: [UInt8])
        }

        var name: [UInt8]
        var mode: UInt32
        var modified: FileTime
        var kind: Kind
    }

    private var input: ArchiveInput
    /// The number of unread content bytes of the current member, without its padding.
    private var remaining: UInt64 = 0
    private var padding: UInt64 = 0
    private var isAtEnd = false

    init(_ input: ArchiveInput) { self.input = input }

    /// Reads the next member; `nil` at the end.
    mutating func next() throws -> Member? {
        var extended = PaxRecords()
        while true {
            guard let header = try nextHeader() else {
                if extended.isEmpty { return nil }
                throw damaged("an extended header describes nothing")
            }
            switch header.type {
            case "x": try extended.add(try content(header))
            // Headers for all members are comments in practice, so their values are ignored.
            case "g": _ = try content(header)
            case "L": extended.path = cString(try content(header))
            case "K": extended.target = cString(try content(header))
            default: return try member(header, extended)
            }
        }
    }

    /// Reads some of the member's content; empty at the end of the content.
    mutating func content(upTo count: Int) throws -> ArraySlice<UInt8> {
        let part = try input.read(Int(min(UInt64(count), remaining)))
        if part.isEmpty, remaining > 0 { throw ArchiveInput.truncated }
        remaining -= UInt64(part.count)
        return part
    }

    /// The largest extended header or long name.
    private static let extendedLimit: UInt64 = 1 << 20
    /// The longest path or link target.
    private static let longestName = 16 << 10

    private mutating func nextHeader() throws -> TarHeader? {
        try input.skip(remaining + padding)
        remaining = 0
        padding = 0
        if isAtEnd { return nil }
        let block = try input.read(TarBlocks.size)
        guard block.isEmpty || block.count == TarBlocks.size else { throw ArchiveInput.truncated }
        // An archive ends with an empty block; one that ends after any block is accepted too.
        if block.allSatisfy({ $0 == 0 }) {
            isAtEnd = true
            return nil
        }
        guard let header = TarHeader(block) else { throw damaged("a header is not a tar header") }
        return header
    }

    /// Begins a content of `size` bytes.
    private mutating func beginContent(_ size: UInt64) throws {
        guard size <= Limits.file else { throw damaged("a member is too large") }
        remaining = size
        padding = (UInt64(TarBlocks.size) - size % UInt64(TarBlocks.size)) % UInt64(TarBlocks.size)
    }

    /// Reads the whole content of an extended header.
    private mutating func content(_ header: TarHeader) throws -> [UInt8] {
        guard header.size <= TarReader.extendedLimit else {
            throw damaged("an extended header is too large")
        }
        try beginContent(header.size)
        var bytes: [UInt8] = []
        while remaining > 0 { bytes += try content(upTo: Int(remaining)) }
        return bytes
    }

    private mutating func member(_ header: TarHeader, _ extended: PaxRecords) throws -> Member {
        let name = extended.path ?? header.name
        let size = extended.size ?? header.size
        let target = extended.target ?? header.target
        let displayName = String(decoding: name, as: UTF8.self)
        guard !extended.isSparse, header.type != "S" else {
            throw TarReader.refused(
                "'\(displayName)' is a sparse file; make the archive without --sparse"
            )
        }
        guard name.count <= TarReader.longestName, target.count <= TarReader.longestName,
            !name.contains(0), !target.contains(0)
        else { throw damaged("a name is too long or contains a zero byte") }
        let kind: Member.Kind
        switch header.type {
        case "0", "\u{0}", "7": kind = name.last == slash ? .directory : .file(size: size)
        case "1": kind = .hardLink(target: target)
        case "2": kind = .link(target: target)
        case "5": kind = .directory
        case "3", "4": throw TarReader.refused("'\(displayName)' is a device")
        case "6": throw TarReader.refused("'\(displayName)' is a pipe")
        default: throw TarReader.refused("'\(displayName)' is of an unknown kind")
        }
        if case .file = kind {
            try beginContent(size)
        } else if size > 0 {
            throw TarReader.refused("'\(displayName)' has content but is not a file")
        }
        let modified = extended.modified ?? header.modified
        return Member(name: name, mode: header.mode, modified: modified, kind: kind)
    }

    private func cString(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix { $0 != 0 }) }

    private func damaged(_ reason: String) -> CacheError {
        .damaged("the archive is damaged: \(reason)")
    }

    static func refused(_ reason: String) -> CacheError {
        CacheError(.request, "the archive is refused: \(reason)")
    }
}
