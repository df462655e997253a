internal import BuildspecFiles

/// A file to archive, with the status that it must still have when it has been read.
struct ZipSource: Sendable {
    var path: PathBytes
    var status: FileStatus

    /// Checks that the file has not changed since the plan.
    func requireUnchanged(_ file: OpenFile) throws {
        let now = try file.status()
        guard now.size == status.size, now.modified == status.modified,
            now.identity == status.identity
        else { throw ZipError.changed(path: path.text) }
    }

    func read(
        _ range: Range<UInt64>,
        of file: OpenFile,
        appendingTo bytes: inout [UInt8]
    ) throws {
        let wanted = Int(range.upperBound - range.lowerBound)
        guard try file.read(wanted, at: range.lowerBound, appendingTo: &bytes) == wanted else {
            throw ZipError.changed(path: path.text)
        }
    }
}

/// An entry that is compressed as a whole.
struct ZipItem: Sendable {
    enum Content: Sendable {
        case file(ZipSource)
        case bytes([UInt8])
    }

    var header: ZipHeader
    var content: Content

    var size: Int {
        switch content {
        case .file(let source): Int(source.status.size)
        case .bytes(let bytes): bytes.count
        }
    }
}

/// A large file that is compressed in parts.
struct ZipPart: Sendable {
    var source: ZipSource
    var file: OpenFile
    var header: ZipHeader
    var isStored: Bool
}

/// A piece of the content of one entry as it is written to the archive.
struct ZipPiece: Sendable {
    /// The header of the entry that begins with this piece.
    var begins: ZipHeader?
    /// Whether this piece is the last one of its entry.
    var ends: Bool
    var isStored: Bool
    /// The position of the piece in the output of its job.
    var range: Range<Int>
    var checksum: UInt32
    /// The size of the content.
    var size: Int
    /// The file that must still be as it was, once all of its parts have been read.
    var unchanged: ZipPart?
}

/// Some small entries, or a part of a large one.
struct ZipJob: Sendable {
    enum Work: Sendable {
        case items([ZipItem])
        case part(ZipPart, Range<UInt64>, isLast: Bool)
    }

    /// The compressed content of the entries.
    struct Output: Sendable {
        var bytes: [UInt8] = []
        var pieces: [ZipPiece] = []
    }

    var work: Work
    /// The number of bytes to read.
    var size: Int
    var level: Int

    func run() throws -> Output {
        try Task.checkCancellation()
        switch work {
        case .items(let items): return try compress(items)
        case .part(let part, let range, let isLast): return try compress(part, range, isLast)
        }
    }

    private func compress(_ items: [ZipItem]) throws -> Output {
        let compressor = try WholeDeflater(level: level)
        var output = Output()
        output.bytes.reserveCapacity(size)
        var input: [UInt8] = []
        for item in items {
            input.removeAll(keepingCapacity: true)
            switch item.content {
            case .bytes(let bytes): input = bytes
            case .file(let source):
                let file = try OpenFile.reading(source.path)
                try source.read(0..<source.status.size, of: file, appendingTo: &input)
                try source.requireUnchanged(file)
            }
            let start = output.bytes.count
            let isStored =
                item.header.kind != .regular
                || !compressor.deflate(input.span, appendingTo: &output.bytes)
            if isStored { output.bytes.append(contentsOf: input) }
            output.pieces.append(
                ZipPiece(
                    begins: item.header,
                    ends: true,
                    isStored: isStored,
                    range: start..<output.bytes.count,
                    checksum: Checksum.of(input.span),
                    size: input.count
                )
            )
        }
        return output
    }

    private func compress(
        _ part: ZipPart,
        _ range: Range<UInt64>,
        _ isLast: Bool
    ) throws -> Output {
        // The last 32 KiB before the part are its dictionary, so that the parts compress like one.
        let window = part.isStored ? 0 : min(range.lowerBound, UInt64(PartDeflater.windowSize))
        var input: [UInt8] = []
        try part.source.read(
            (range.lowerBound - window)..<range.upperBound,
            of: part.file,
            appendingTo: &input
        )
        let content = input.span.extracting(Int(window)...)
        let checksum = Checksum.of(content)
        var output = Output()
        if !part.isStored {
            try PartDeflater.deflate(
                content,
                after: input.span.extracting(..<Int(window)),
                isLast: isLast,
                level: level,
                appendingTo: &output.bytes
            )
        } else {
            output.bytes = input
        }
        output.pieces = [
            ZipPiece(
                begins: range.lowerBound == 0 ? part.header : nil,
                ends: isLast,
                isStored: part.isStored,
                range: output.bytes.indices,
                checksum: checksum,
                size: size,
                unchanged: isLast ? part : nil
            )
        ]
        return output
    }
}
