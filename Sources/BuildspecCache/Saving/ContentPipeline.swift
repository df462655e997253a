internal import BuildspecFiles

/// Reads, hashes, packs and writes the contents of a walked tree.
///
/// Contents travel in parts of about half a megabyte: a part is read and hashed, waits its turn, is
/// looked at by the assembler, and is compressed, while it stays in the processor's caches. Reading,
/// compressing and writing each run on all cores; the assembler alone sees the parts in path order.
/// What is under way is bounded, so memory is too.
struct ContentPipeline {
    /// A file's content as it is kept.
    struct Stored: Sendable {
        var status: FileStatus
        var blobs: BlobList
    }

    /// What is stored of each entry; `nil` for what is no file, or was left out.
    private(set) var stored: [Stored?]
    private(set) var notes: [String] = []
    /// Bytes added to the store.
    private(set) var addedBytes: UInt64 = 0
    private(set) var assembler: PackAssembler

    private let entries: [WalkedEntry]
    private let roots: TreeRoots
    private let writer: ObjectWriter
    private let width: Int
    private let transfers: Int

    /// What was read and waits for the assembler, by its number.
    private var waiting: [Int: FileBatch.Contents] = [:]
    /// The number of the next contents that are read, and that the assembler takes.
    private var nextRead = 0
    private var nextTaken = 0
    private var reading = 0
    /// The window of a large file that was cut last.
    private var cut: Result<ChunkReader.Cut, FileError>?
    private var compressing = 0
    private var writing = 0
    /// Packs that are not written yet.
    private var packs: [Int: OpenPack] = [:]
    /// Large files that changed while they were read.
    private var changed: [Int] = []

    private struct OpenPack: Sendable {
        /// Where the parts go, if the store takes parts.
        var draft: PackWriter?
        /// One place for every part, in order.
        ///
        /// `nil` is still being compressed; what has gone to the draft is empty.
        var parts: [[UInt8]?] = []
        /// How long the tar is, when it is complete.
        var contentSize: Int?
    }

    private enum Step: Sendable {
        case read(Int, FileBatch.Contents)
        case cut(Result<ChunkReader.Cut, FileError>)
        case compressed(pack: Int, part: Int, [UInt8])
        case sealed(Int, ObjectWriter.EncodedPack)
        case wrote(Int, ObjectWriter.WrittenPack)
    }

    private typealias Steps = ThrowingTaskGroup<Step, any Error>

    init(
        _ entries: [WalkedEntry],
        stored: [Stored?],
        roots: TreeRoots,
        assembler: PackAssembler,
        writer: ObjectWriter,
        width: Int,
        transfers: Int
    ) {
        self.entries = entries
        self.stored = stored
        self.roots = roots
        self.assembler = assembler
        self.writer = writer
        self.width = width
        self.transfers = transfers
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
            while nextTaken < nextRead { try await finishOne(&steps) }
            try await take(assembler.close(), &steps)
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

    /// Cuts a large file into chunks while it is read; the file is never in memory as a whole.
    private mutating func readLarge(_ index: Int, _ steps: inout Steps) async throws {
        let entry = entries[index]
        do {
            var reader = TreeReader(roots)
            let file = try reader.open(entry)
            guard let before = try file.settledStatus(), before.kind == .regular else {
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
            while case let cut = try await cut(chunks, from: end, &steps), cut.end > end {
                end = cut.end
                for part in cut.parts {
                    try await read(&steps) { FileBatch.Contents(part: TarPart(index, part)) }
                }
            }
            if try before.size != end || file.status() != before { changed.append(index) }
        } catch let error as FileError {
            stored[index] = nil
            notes.append("\(error); it was left out")
        }
    }

    /// Cuts the next window of a large file while other steps go on.
    private mutating func cut(
        _ chunks: ChunkReader,
        from offset: UInt64,
        _ steps: inout Steps
    ) async throws -> ChunkReader.Cut {
        steps.addTask {
            .cut(Result { () throws(FileError) in try chunks.cut(from: offset) })
        }
        while true {
            if let cut {
                self.cut = nil
                return try cut.get()
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
            while let next = waiting.removeValue(forKey: nextTaken) {
                nextTaken += 1
                try await take(next, &steps)
            }
        case .cut(let result)?:
            cut = result
        case .compressed(let pack, let part, let bytes)?:
            compressing -= 1
            packs[pack]?.parts[part] = bytes
            write(pack, &steps)
        case .sealed(let index, let pack)?:
            let writer = writer
            steps.addTask { .wrote(index, try await writer.write(pack)) }
        case .wrote(let index, let written)?:
            writing -= 1
            addedBytes += written.added
            assembler.finish(index, written.pack)
        case nil:
            throw CacheError(.tree, "the save ended before its work was done")
        }
    }

    /// Gives the assembler what comes next in path order.
    private mutating func take(
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
        try await take(outputs, &steps)
    }

    private mutating func take(
        _ outputs: [PackAssembler.Output],
        _ steps: inout Steps
    ) async throws {
        for output in outputs {
            switch output {
            case .part(let pack, let tar):
                var open = try packs[pack] ?? OpenPack(draft: writer.packWriter())
                let (part, draft) = (open.parts.count, open.draft)
                open.parts.append(nil)
                packs[pack] = open
                compressing += 1
                let codec = writer.codec
                steps.addTask {
                    let bytes = try codec.encode(tar)
                    guard let draft else { return .compressed(pack: pack, part: part, bytes) }
                    try draft.add(part, bytes)
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
        if let draft = pack.draft {
            steps.addTask {
                .wrote(index, try await writer.finish(draft, contentSize: contentSize))
            }
            return
        }
        // A step of its own, so that the parts are gone when the pack waits for a network.
        steps.addTask { .sealed(index, writer.assemblePack(parts, contentSize: contentSize)) }
    }
}
