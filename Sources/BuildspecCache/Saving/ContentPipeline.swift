internal import BuildspecFiles

/// The pipeline that reads, hashes, packs and writes the contents of a walked tree.
///
/// A part of about half a megabyte is read and hashed, waits for its turn, is assembled and
/// compressed, while it stays in the processor's caches. Each step runs on all cores; the assembler
/// gets the parts in path order. The limit on parts in the pipeline limits memory.
struct ContentPipeline {
    /// A file's status and the blobs of its content.
    struct Stored: Sendable {
        var status: FileStatus
        var blobs: BlobList
    }

    /// The stored content of each entry; `nil` if an entry is not a file, or was left out.
    private(set) var stored: [Stored?]
    private(set) var notes: [String] = []
    /// The number of bytes that were added to the store.
    private(set) var addedBytes: UInt64 = 0
    private(set) var assembler: PackAssembler

    private let entries: [WalkedEntry]
    private let roots: TreeRoots
    private let writer: ObjectWriter
    private let width: Int
    private let transfers: Int

    /// The contents that wait for the assembler, by their number.
    private var waiting: [Int: FileBatch.Contents] = [:]
    /// The numbers of the next contents to read, and of the next contents for the assembler.
    private var nextRead = 0
    private var nextAssembled = 0
    private var reading = 0
    /// The last window that was read of a large file.
    private var window: Result<ChunkReader.Window, FileError>?
    private var compressing = 0
    private var writing = 0
    /// The packs that are not written yet.
    private var packs: [Int: OpenPack] = [:]
    /// The indices of large files that changed while they were read.
    private var changed: [Int] = []

    private struct OpenPack: Sendable {
        /// `nil` if the store cannot write in parts.
        var writer: PackWriter?
        /// All parts in order: `nil` while a part is compressed, and empty if the writer has it.
        var parts: [[UInt8]?] = []
        /// The size of the tar, once it is complete.
        var contentSize: Int?
    }

    private enum Step: Sendable {
        case read(Int, FileBatch.Contents)
        case window(Result<ChunkReader.Window, FileError>)
        case compressed(pack: Int, part: Int, [UInt8])
        case encoded(Int, ObjectWriter.EncodedPack)
        case wrote(Int, ObjectWriter.WrittenPack)
    }

    private typealias Steps = ThrowingTaskGroup<Step, any Error>

    init(
        _ entries: [WalkedEntry],
        _ unchanged: UnchangedFiles,
        _ roots: TreeRoots,
        _ parent: ParentEntry?,
        _ writer: ObjectWriter,
        _ settings: CacheSettings
    ) {
        self.entries = entries
        stored = unchanged.stored
        self.roots = roots
        assembler = PackAssembler(parent: parent)
        self.writer = writer
        width = settings.width
        transfers = settings.concurrentTransfers
    }

    /// Stores the contents of the given files.
    mutating func store(files: [Int]) async throws {
        try await withThrowingTaskGroup(of: Step.self) { steps in
            for batch in FileBatch.plan(entries, files: files) {
                if let index = batch.indices.first, isLarge(index) {
                    try await readLarge(index, &steps)
                } else {
                    let entries = entries
                    let roots = roots
                    try await read(&steps) { batch.read(entries, roots) }
                }
            }
            while nextAssembled < nextRead { try await finishOne(&steps) }
            try await process(assembler.close(), &steps)
            while compressing + writing > 0 { try await finishOne(&steps) }
        }
        for index in changed {
            stored[index] = nil
            notes.append(FileBatch.changed(entries[index]))
        }
    }

    private func isLarge(_ index: Int) -> Bool {
        entries[index].status.size > UInt64(Limits.wholeFile)
    }

    // MARK: Reading

    private mutating func read(
        _ steps: inout Steps,
        _ body: @escaping @Sendable () -> FileBatch.Contents
    ) async throws {
        while reading + waiting.count >= width || compressing >= width || writing >= transfers {
            try await finishOne(&steps)
        }
        let number = nextRead
        nextRead += 1
        reading += 1
        steps.addTask { .read(number, body()) }
    }

    /// Splits a large file into chunks while it is read, so that the whole file is never in memory.
    private mutating func readLarge(_ index: Int, _ steps: inout Steps) async throws {
        let entry = entries[index]
        do {
            var reader = TreeReader(roots)
            let file = try reader.open(entry)
            guard let before = try file.stableStatus(), before.kind == .regular else {
                return changed.append(index)
            }
            stored[index] = Stored(status: before, blobs: [])
            let chunks = ChunkReader(
                file: file,
                path: entry.path,
                index: index,
                chunker: Chunker(forFileOf: before.size)
            )
            var end: UInt64 = 0
            while case let window = try await read(chunks, from: end, &steps), window.end > end {
                end = window.end
                for part in window.parts {
                    try await read(&steps) { FileBatch.Contents(part: TarPart(index, part)) }
                }
            }
            if try before.size != end || file.status() != before { changed.append(index) }
        } catch let error as FileError {
            stored[index] = nil
            notes.append("\(error); it was left out")
        }
    }

    /// Reads the next window of a large file while other steps go on.
    private mutating func read(
        _ chunks: ChunkReader,
        from offset: UInt64,
        _ steps: inout Steps
    ) async throws -> ChunkReader.Window {
        steps.addTask {
            .window(Result { () throws(FileError) in try chunks.window(from: offset) })
        }
        while true {
            if let window {
                self.window = nil
                return try window.get()
            }
            try await finishOne(&steps)
        }
    }

    // MARK: Steps

    private mutating func finishOne(_ steps: inout Steps) async throws {
        try Task.checkCancellation()
        switch try await steps.next() {
        case .read(let number, let contents)?:
            reading -= 1
            waiting[number] = contents
            while let next = waiting.removeValue(forKey: nextAssembled) {
                nextAssembled += 1
                try await assemble(next, &steps)
            }
        case .window(let result)?:
            window = result
        case .compressed(let pack, let part, let bytes)?:
            compressing -= 1
            packs[pack]?.parts[part] = bytes
            write(pack, &steps)
        case .encoded(let index, let pack)?:
            let writer = writer
            steps.addTask { .wrote(index, try await writer.write(pack)) }
        case .wrote(let index, let written)?:
            writing -= 1
            addedBytes += written.added
            assembler.finish(index, written.pack)
        case nil:
            throw CacheError(.tree, "the save ended before all contents were stored")
        }
    }

    /// Passes the next contents in path order to the assembler.
    private mutating func assemble(
        _ contents: FileBatch.Contents,
        _ steps: inout Steps
    ) async throws {
        notes += contents.notes
        for (index, status) in contents.read {
            stored[index] = Stored(status: status, blobs: [])
        }
        let outputs = assembler.add(contents.part) { member, blob in
            stored[member.index]?.blobs.append(blob)
        }
        try await process(outputs, &steps)
    }

    private mutating func process(
        _ outputs: [PackAssembler.Output],
        _ steps: inout Steps
    ) async throws {
        for output in outputs {
            switch output {
            case .part(let pack, let tar):
                var open = try packs[pack] ?? OpenPack(writer: writer.packWriter())
                let (part, packWriter) = (open.parts.count, open.writer)
                open.parts.append(nil)
                packs[pack] = open
                compressing += 1
                let codec = writer.codec
                steps.addTask {
                    let bytes = try codec.encode(tar)
                    guard let packWriter else { return .compressed(pack: pack, part: part, bytes) }
                    try packWriter.add(part, bytes)
                    return .compressed(pack: pack, part: part, [])
                }
            case .closed(let pack, let contentSize):
                packs[pack]?.contentSize = contentSize
                write(pack, &steps)
            }
        }
    }

    /// Writes a pack if it is complete.
    private mutating func write(_ index: Int, _ steps: inout Steps) {
        guard let pack = packs[index], let contentSize = pack.contentSize else { return }
        guard !pack.parts.contains(nil) else { return }
        let parts = pack.parts.compactMap(\.self)
        packs[index] = nil
        writing += 1
        let writer = writer
        if let packWriter = pack.writer {
            steps.addTask {
                .wrote(index, try await writer.finish(packWriter, contentSize: contentSize))
            }
            return
        }
        // A separate step, so that the parts are freed before the pack waits for a network.
        steps.addTask { .encoded(index, writer.assemblePack(parts, contentSize: contentSize)) }
    }
}
