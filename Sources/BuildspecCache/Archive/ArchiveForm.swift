/// The compression of an archive outside of the store.
public enum ArchiveForm: Sendable, Equatable, CaseIterable {
    /// `.tar.zst`.
    case zstd
    /// `.tar.gz`.
    case gzip
    /// `.tar`.
    case plain

    /// Determines the form by a file's name: `.tar.zst`, `.tzst`, `.tar.gz`, `.tgz` or `.tar`.
    public init?(fileName name: String) {
        let endings: [(String, ArchiveForm)] = [
            (".tar.zst", .zstd), (".tzst", .zstd), (".tar.gz", .gzip), (".tgz", .gzip),
            (".tar", .plain),
        ]
        guard let match = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = match.1
    }

    /// Determines the form by a file's first bytes.
    init(firstBytes bytes: ArraySlice<UInt8>) {
        let isZstandard = bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        self = isZstandard ? .zstd : bytes.starts(with: [0x1F, 0x8B]) ? .gzip : .plain
    }

    /// Names an archive format that cannot be imported, by its first bytes; `nil` for any other.
    static func unreadable(firstBytes bytes: ArraySlice<UInt8>) -> String? {
        let others: [([UInt8], String)] = [
            (Array("BZh".utf8), "compressed with bzip2"),
            ([0xFD] + Array("7zXZ".utf8) + [0], "compressed with xz"),
            ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"),
            (Array("LZIP".utf8), "compressed with lzip"),
            ([0x1F, 0x9D], "compressed with compress"),
            (Array("PK".utf8) + [3, 4], "a zip file"),
        ]
        // A tar begins with a file name, which may be any of these texts; its magic is at byte 257.
        guard bytes.count < 512 || !bytes.dropFirst(257).starts(with: "ustar".utf8) else {
            return nil
        }
        return others.first { bytes.starts(with: $0.0) }?.1
    }

    /// The codec; it encodes the parts of an archive, which form one stream when they are joined.
    var codec: Codec {
        switch self {
        case .zstd: .zstd
        case .gzip: .gzip
        case .plain: .none
        }
    }
}
