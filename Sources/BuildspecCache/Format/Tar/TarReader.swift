internal import BuildspecFiles

/// Reads the members of a tar that need not be trusted: ustar, pax and GNU long names.
///
/// Every size is bounded before it is believed, and an extended header's size counts for the
/// content and for where the next header is, so that no two readers see different members.
struct TarReader {
    /// A member; its content must be read before the next one.
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
    /// Content of the member at hand that is not read yet, without its padding.
    private var remaining: UInt64 = 0
    private var padding: UInt64 = 0
    private var isAtEnd = false

    init(_ input: ArchiveInput) {
        self.input = input
    }

    /// The next member, or `nil` at the end.
    mutating func next() throws -> Member? {
        var extended = PaxRecords()
        while true {
            guard let header = try nextHeader() else {
                guard extended.isEmpty else {
                    throw damaged("an extended header describes nothing")
                }
                return nil
            }
            switch header.type {
            case "x": try extended.add(try content(header, limit: TarReader.extendedLimit))
            // What it says for all members is comments in practice; nothing else is believed.
            case "g": _ = try content(header, limit: TarReader.extendedLimit)
            case "L": extended.path = cString(try content(header, limit: TarReader.extendedLimit))
            case "K": extended.target = cString(try content(header, limit: TarReader.extendedLimit))
            default: return try member(header, extended)
            }
        }
    }

    /// Some of the member's content; empty at its end.
    mutating func content(upTo count: Int) throws -> ArraySlice<UInt8> {
        let part = try input.read(Int(min(UInt64(count), remaining)))
        if part.isEmpty, remaining > 0 { throw ArchiveInput.cutShort }
        remaining -= UInt64(part.count)
        return part
    }

    /// The most that an extended header or a long name may take.
    private static let extendedLimit: UInt64 = 1 << 20
    /// The longest path or link target.
    private static let longestName = 16 << 10

    private mutating func nextHeader() throws -> TarHeader? {
        try input.skip(remaining + padding)
        remaining = 0
        padding = 0
        if isAtEnd { return nil }
        let block = try input.read(TarBlocks.size)
        // The end is an empty block; an archive that just stops at a block is taken too.
        if block.isEmpty || block.allSatisfy({ $0 == 0 }) {
            guard block.isEmpty || block.count == TarBlocks.size else {
                throw ArchiveInput.cutShort
            }
            isAtEnd = true
            return nil
        }
        guard block.count == TarBlocks.size else { throw ArchiveInput.cutShort }
        guard let header = TarHeader(block) else { throw damaged("a header is no tar header") }
        return header
    }

    private mutating func expect(_ size: UInt64) throws {
        guard size <= Limits.file else { throw damaged("a member is too large") }
        remaining = size
        padding = (UInt64(TarBlocks.size) - size % UInt64(TarBlocks.size)) % UInt64(TarBlocks.size)
    }

    /// The whole content of a header that describes others.
    private mutating func content(_ header: TarHeader, limit: UInt64) throws -> [UInt8] {
        guard header.size <= limit else { throw damaged("an extended header is too large") }
        try expect(header.size)
        var bytes: [UInt8] = []
        while remaining > 0 { bytes += try content(upTo: Int(remaining)) }
        return bytes
    }

    private mutating func member(_ header: TarHeader, _ extended: PaxRecords) throws -> Member {
        let name = extended.path ?? header.name
        let size = extended.size ?? header.size
        let target = extended.target ?? header.target
        let shown = String(decoding: name, as: UTF8.self)
        guard !extended.isSparse, header.type != "S" else {
            throw refused("'\(shown)' is a sparse file; make the archive without --sparse")
        }
        guard name.count <= TarReader.longestName, target.count <= TarReader.longestName,
            !name.contains(0), !target.contains(0)
        else { throw damaged("a name is too long or holds a zero byte") }
        let kind: Member.Kind
        switch header.type {
        case "0", "\u{0}", "7": kind = name.last == slash ? .directory : .file(size: size)
        case "1": kind = .hardLink(target: target)
        case "2": kind = .link(target: target)
        case "5": kind = .directory
        case "3", "4": throw refused("'\(shown)' is a device")
        case "6": throw refused("'\(shown)' is a pipe")
        default: throw refused("'\(shown)' is of a kind that this program does not know")
        }
        if case .file = kind {
            try expect(size)
        } else if size > 0 {
            throw refused("'\(shown)' has a content although it is no file")
        }
        return Member(
            name: name,
            mode: header.mode,
            modified: extended.modified ?? header.modified,
            kind: kind
        )
    }

    private func cString(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.prefix { $0 != 0 })
    }

    private func damaged(_ what: String) -> CacheError {
        .damaged("the archive is damaged: \(what)")
    }

    private func refused(_ what: String) -> CacheError {
        CacheError(.request, "the archive is refused: \(what)")
    }
}
