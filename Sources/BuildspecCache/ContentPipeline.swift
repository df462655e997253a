internal import BuildspecFiles

/// Reads, hashes, packs and writes the contents of a walked tree.
///
/// Reading with hashing and compressing with writing each run on all cores; between them one
/// assembler takes the files in path order. What is under way is bounded, so memory is too.
struct ContentPipeline {
    /// A file's content as it is kept.
    struct Stored: Sendable {
        var status: FileStatus
        var pieces: [Manifest.Piece]
    }

    /// The stored contents by entry index; a file that is missing here was left out.
    private(set) var stored: [Int: Stored] = [:]
    private(set) var notes: [String] = []
    /// Bytes written to the store.
    private(set) var writtenBytes: UInt64 = 0
    private(set) var assembler: PackAssembler

    private let entries: [WalkedEntry]
    private let roots: TreeRoots
    private let writer: ObjectWriter
    private let width: Int
    private var waiting: [Int: FileBatch.Contents] = [:]
    private var reading = 0
    private var writing = 0

    private enum Step: Sendable {
        case read(Int, FileBatch.Contents)
        case wrote(Int, Manifest.Pack)
    }

    private typealias Steps = ThrowingTaskGroup<Step, any Error>

    init(
        _ entries: [WalkedEntry],
        roots: TreeRoots,
        assembler: PackAssembler,
        writer: ObjectWriter,
        width: Int
    ) {
        self.entries = entries
        self.roots = roots
        self.assembler = assembler
        self.writer = writer
        self.width = width
    }

    /// Stores the contents of the given files, which must not be empty.
    mutating func store(files: [Int]) async throws {
        let batches = FileBatch.plan(entries, files: files)
        try await withThrowingTaskGroup(of: Step.self) { steps in
            var started = 0
            for number in batches.indices {
                let batch = batches[number]
                if isLarge(batch) {
                    started = max(started, number + 1)
                    try await takeLargeFile(batch.indices[0], &steps)
                    continue
                }
                while waiting[number] == nil {
                    // Read ahead, but not past a large file, which the assembler reads itself.
                    while started < batches.count, reading + waiting.count < width,
                        started <= number || !isLarge(batches[started])
                    {
                        startReading(started, batches[started], &steps)
                        started += 1
                    }
                    try await finishOne(&steps)
                }
                if let contents = waiting.removeValue(forKey: number) {
                    try await take(contents, &steps)
                }
            }
            if let full = assembler.close() { try await startWriting(full, &steps) }
            while writing > 0 { try await finishOne(&steps) }
        }
    }

    private func isLarge(_ batch: FileBatch) -> Bool {
        batch.indices.count == 1
            && entries[batch.indices[0]].status.size > UInt64(Limits.wholeFile)
    }

    // MARK: Steps

    private mutating func startReading(_ number: Int, _ batch: FileBatch, _ steps: inout Steps) {
        reading += 1
        let entries = entries
        let roots = roots
        steps.addTask { .read(number, batch.read(entries, roots)) }
    }

    private mutating func startWriting(
        _ full: PackAssembler.FullPack,
        _ steps: inout Steps
    ) async throws {
        while writing >= width { try await finishOne(&steps) }
        writing += 1
        let writer = writer
        steps.addTask { .wrote(full.index, try await writer.writePack(full.tar)) }
    }

    private mutating func finishOne(_ steps: inout Steps) async throws {
        switch try await steps.next() {
        case .read(let number, let contents)?:
            reading -= 1
            waiting[number] = contents
        case .wrote(let index, let pack)?:
            writing -= 1
            writtenBytes += pack.storedSize
            assembler.finish(index, pack)
        case nil:
            throw CacheError(.tree, "the save ended before its work was done")
        }
    }

    // MARK: Contents, in order

    private mutating func take(
        _ contents: FileBatch.Contents,
        _ steps: inout Steps
    ) async throws {
        notes += contents.notes
        for item in contents.items {
            guard !item.range.isEmpty else {
                stored[item.index] = Stored(status: item.status, pieces: [])
                continue
            }
            let (piece, full) = assembler.add(
                entries[item.index].path,
                contents.bytes[item.range],
                item.digest
            )
            stored[item.index] = Stored(status: item.status, pieces: [piece])
            if let full { try await startWriting(full, &steps) }
        }
    }

    /// Cuts a large file into chunks while it is read; the file is never in memory as a whole.
    private mutating func takeLargeFile(_ index: Int, _ steps: inout Steps) async throws {
        let entry = entries[index]
        do {
            var reader = TreeReader(roots)
            let file = try reader.open(entry)
            guard let before = try file.settledStatus() else {
                notes.append(FileBatch.changed(entry))
                return
            }
            var chunks = ChunkReader(file)
            var pieces: [Manifest.Piece] = []
            while let chunk = try chunks.next() {
                let (piece, full) = assembler.add(
                    PathBytes(entry.path.bytes + chunk.nameSuffix),
                    chunk.bytes,
                    chunk.digest
                )
                pieces.append(piece)
                if let full { try await startWriting(full, &steps) }
            }
            if before.kind == .regular, before.size == chunks.offset, try file.status() == before {
                stored[index] = Stored(status: before, pieces: pieces)
            } else {
                notes.append(FileBatch.changed(entry))
            }
        } catch let error as FileError {
            notes.append("\(error); it was left out")
        }
    }
}
