/// How an archive outside of the store is compressed.
public enum ArchiveForm: Sendable, Equatable, CaseIterable {
    /// `.tar.zst`.
    case zstd
    /// `.tar.gz`.
    case gzip
    /// `.tar`.
    case plain

    /// Tells it by a file's name: `.tar.zst`, `.tzst`, `.tar.gz`, `.tgz` or `.tar`.
    ///
    /// - Parameter name: the file's name.
    public init?(fileName name: String) {
        let endings: [(String, ArchiveForm)] = [
            (".tar.zst", .zstd), (".tzst", .zstd), (".tar.gz", .gzip), (".tgz", .gzip),
            (".tar", .plain),
        ]
        guard let match = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = match.1
    }

    /// Tells it by a file's first bytes.
    init(firstBytes bytes: ArraySlice<UInt8>) {
        self =
            if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
                .zstd
            } else if bytes.starts(with: [0x1F, 0x8B]) {
                .gzip
            } else {
                .plain
            }
    }

    /// What people take for an archive that can be imported, by its first bytes.
    static func unreadable(firstBytes bytes: ArraySlice<UInt8>) -> String? {
        let others: [([UInt8], String)] = [
            (Array("BZh".utf8), "compressed with bzip2"),
            ([0xFD] + Array("7zXZ".utf8) + [0], "compressed with xz"),
            ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"),
            (Array("LZIP".utf8), "compressed with lzip"),
            ([0x1F, 0x9D], "compressed with compress"),
            (Array("PK".utf8) + [3, 4], "a zip file"),
        ]
        // A tar begins with a name, which may be any of these; its header has a magic further on.
        guard bytes.count < 512 || !bytes.dropFirst(257).starts(with: "ustar".utf8) else {
            return nil
        }
        return others.first { bytes.starts(with: $0.0) }?.1
    }

    /// The codec; what it makes of several parts, one behind the other, is one stream.
    var codec: Codec {
        switch self {
        case .zstd: .zstd
        case .gzip: .gzip
        case .plain: .none
        }
    }
}

/// What an export wrote.
public struct ExportReport: Sendable, Equatable {
    /// Files, links and directories.
    public var entries: Int
    /// Regular files.
    public var files: Int
    /// Their content bytes.
    public var bytes: UInt64
    /// The archive's size.
    public var archiveBytes: UInt64
}
