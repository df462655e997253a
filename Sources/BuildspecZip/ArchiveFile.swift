internal import BuildspecFiles

/// The file of an archive, with a buffer before it.
struct ArchiveFile: ~Copyable {
    private static let bufferSize = 1 << 20

    private let file: OpenFile
    /// The bytes from `base` on that are not in the file yet.
    private var buffer: [UInt8] = []
    private var base: UInt64 = 0

    init(_ file: OpenFile) {
        self.file = file
        buffer.reserveCapacity(2 * ArchiveFile.bufferSize)
    }

    /// The size of the file with the bytes in the buffer.
    var size: UInt64 { base + UInt64(buffer.count) }

    mutating func append(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= ArchiveFile.bufferSize { try flush() }
    }

    /// Replaces bytes that were appended before.
    mutating func replace(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
        try flush()
        try file.write(bytes.span, at: offset)
    }

    mutating func flush() throws(FileError) {
        try file.write(buffer.span, at: base)
        base = size
        buffer.removeAll(keepingCapacity: true)
    }
}

extension [UInt8] {
    /// Appends the bytes of a number, the least significant one first.
    mutating func append<Number: FixedWidthInteger>(number: Number) {
        for index in 0..<(Number.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: number >> (index * 8)))
        }
    }
}
