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
