internal import BuildspecFiles

/// An archive that is written from front to back, by PKWARE's APPNOTE 6.3.10.
struct ZipArchive: ~Copyable {
    private var file: ArchiveFile
    /// The entries of the central directory (section 4.3.12).
    private var directory: [UInt8] = []
    private var count: UInt64 = 0
    /// The entry that is being written.
    private var record: ZipRecord?

    init(_ file: OpenFile) {
        self.file = ArchiveFile(file)
    }

    mutating func append(_ output: ZipJob.Output) throws {
        for piece in output.pieces {
            let bytes = output.bytes[piece.range]
            if let header = piece.begins {
                var record = ZipRecord(header, isStored: piece.isStored, offset: file.size)
                // The header of a large file is completed when its size is known.
                if piece.ends { record.add(piece) }
                try file.append(record.localHeader[...])
                if !piece.ends { record.add(piece) }
                self.record = record
            } else {
                record?.add(piece)
            }
            try file.append(bytes)
            if piece.ends { try end(piece) }
        }
    }

    private mutating func end(_ piece: ZipPiece) throws {
        guard let record else { return }
        if let part = piece.unchanged { try part.source.requireUnchanged(part.file) }
        if piece.begins == nil { try file.replace(record.localHeader, at: record.offset) }
        record.appendDirectoryEntry(to: &directory)
        count += 1
        self.record = nil
    }

    /// Writes the directory, and returns the size of the archive.
    mutating func finish() throws(FileError) -> UInt64 {
        let start = file.size
        let size = UInt64(directory.count)
        try file.append(directory[...])
        var end: [UInt8] = []
        if count >= 0xFFFF || size >= ZipRecord.wide || start >= ZipRecord.wide {
            end.append(number: 0x0606_4B50 as UInt32)
            end.append(number: 44 as UInt64)
            end.append(number: ZipRecord.madeBy)
            end.append(number: 45 as UInt16)
            end.append(number: 0 as UInt64)  // The numbers of two disks.
            for number in [count, count, size, start] { end.append(number: number) }
            end.append(number: 0x0706_4B50 as UInt32)
            end.append(number: 0 as UInt32)
            end.append(number: start + size)
            end.append(number: 1 as UInt32)
        }
        end.append(number: 0x0605_4B50 as UInt32)
        end.append(number: 0 as UInt32)
        for _ in 0..<2 { end.append(number: UInt16(min(count, 0xFFFF))) }
        for number in [size, start] { end.append(number: UInt32(min(number, ZipRecord.wide))) }
        end.append(number: 0 as UInt16)
        try file.append(end[...])
        try file.flush()
        return file.size
    }
}

/// The fields of one entry in the archive.
struct ZipRecord {
    /// The 32-bit number that means that a 64-bit field has the value (section 4.5.3).
    static let wide: UInt64 = 0xFFFF_FFFF
    /// The number of Unix, whose file modes the entries have, and a version of the specification.
    static let madeBy: UInt16 = 3 << 8 | 45

    private let header: ZipHeader
    private let isStored: Bool
    let offset: UInt64
    private var checksum: UInt32 = 0
    private var size: UInt64 = 0
    private var compressedSize: UInt64 = 0

    init(_ header: ZipHeader, isStored: Bool, offset: UInt64) {
        (self.header, self.isStored, self.offset) = (header, isStored, offset)
    }

    mutating func add(_ piece: ZipPiece) {
        checksum = Checksum.combining(checksum, piece.checksum, count: piece.size)
        size += UInt64(piece.size)
        compressedSize += UInt64(piece.range.count)
    }

    /// The local header (section 4.3.7), whose length does not depend on the sizes.
    var localHeader: [UInt8] {
        var bytes: [UInt8] = []
        var extra: [UInt8] = []
        if header.needsZip64 {
            extra.append(number: 1 as UInt16)
            extra.append(number: 16 as UInt16)
            extra.append(number: size)
            extra.append(number: compressedSize)
        }
        extra += header.extraField
        let sizes = header.needsZip64 ? [.max, .max] : [compressedSize, size]
        bytes.append(number: 0x0403_4B50 as UInt32)
        appendCommon(to: &bytes, isWide: header.needsZip64, sizes, extra)
        return bytes + header.name + extra
    }

    /// Appends the entry of the central directory (section 4.3.12).
    func appendDirectoryEntry(to bytes: inout [UInt8]) {
        let wide = [size, compressedSize, offset].filter { $0 >= ZipRecord.wide }
        var extra: [UInt8] = []
        if !wide.isEmpty {
            extra.append(number: 1 as UInt16)
            extra.append(number: UInt16(wide.count * 8))
            for number in wide { extra.append(number: number) }
        }
        extra += header.extraField
        bytes.append(number: 0x0201_4B50 as UInt32)
        bytes.append(number: ZipRecord.madeBy)
        let isWide = header.needsZip64 || !wide.isEmpty
        appendCommon(to: &bytes, isWide: isWide, [compressedSize, size], extra)
        // No comment, the first disk, and content of unknown kind.
        for _ in 0..<3 { bytes.append(number: 0 as UInt16) }
        bytes.append(number: header.attributes)
        bytes.append(number: UInt32(min(offset, ZipRecord.wide)))
        bytes += header.name
        bytes += extra
    }

    /// Appends the fields that both headers have.
    private func appendCommon(
        to bytes: inout [UInt8],
        isWide: Bool,
        _ sizes: [UInt64],
        _ extra: [UInt8]
    ) {
        bytes.append(number: (isWide ? 45 : 20) as UInt16)
        bytes.append(number: header.flags)
        bytes.append(number: (isStored ? 0 : 8) as UInt16)
        bytes.append(number: header.dosTime)
        bytes.append(number: checksum)
        for size in sizes { bytes.append(number: UInt32(min(size, ZipRecord.wide))) }
        bytes.append(number: UInt16(header.name.count))
        bytes.append(number: UInt16(extra.count))
    }
}
