internal import BuildspecFiles

/// The result of an export.
public struct ExportReport: Sendable, Equatable {
    /// The number of files, links and directories.
    public var entries: Int
    /// The number of regular files.
    public var files: Int
    /// The content bytes of the files.
    public var bytes: UInt64
    /// The size of the archive.
    public var archiveBytes: UInt64
}

/// An export: it writes the members of an entry's manifest to a tar, in path order.
struct ExportOperation {
    let reader: EntryReader
    let record: KeyRecord
    let output: PathBytes
    let form: ArchiveForm

    func run() async throws -> ExportReport {
        let manifest = try await reader.manifest(of: record)
        let (directory, name) = output.split
        let parentPath = directory.isEmpty ? PathBytes(".") : PathBytes(Array(directory))
        let parent = try DirectoryHandle.open(parentPath)
        // Unfinished files of exports that were killed.
        _ = Leftovers.removeAll(in: parent)
        // A cache may be private, so the archive is private too; an existing file keeps its mode.
        let existing = try parent.status(name)
        let mode = existing?.kind == .regular ? existing.map { $0.mode & 0o666 } : nil
        // The size of a compressed archive is not known before.
        if form == .plain { try parent.requireSpace(for: manifest.contentBytes, of: "an export") }
        // The archive gets its name when it is complete.
        let temporary = TemporaryName.next()
        do {
            var archive = ArchiveOutput(
                file: try OpenFile.creating(temporary[...], in: parent, mode: mode ?? 0o600),
                codec: form.codec
            )
            try await write(manifest, to: &archive)
            try parent.rename(temporary, to: name)
            return ExportReport(
                entries: manifest.entries.count,
                files: manifest.fileCount,
                bytes: manifest.contentBytes,
                archiveBytes: archive.written
            )
        } catch {
            try? parent.removeFile(temporary)
            // The user does not know the temporary name.
            guard let error = error as? FileError else { throw error }
            throw FileError(error.action, output.text, number: error.number)
        }
    }

    private func write(_ manifest: Manifest, to archive: inout ArchiveOutput) async throws {
        var packs = PackReader(reader, manifest.packs)
        for entry in manifest.entries {
            var blobs = BlobList()
            let kind: TarReader.Member.Kind
            switch entry.kind {
            case .directory: kind = .directory
            case .link(let target): kind = .link(target: target)
            case .hardLink(let first): kind = .hardLink(target: first.bytes)
            case .file(let size, let contents):
                kind = .file(size: size)
                blobs = contents
            }
            try Task.checkCancellation()
            try archive.append(
                PaxHeader.blocks(entry.path.bytes, kind, mode: entry.mode, entry.modified)[...]
            )
            for blob in blobs {
                try Task.checkCancellation()
                try archive.append(await packs.bytes(of: blob))
            }
            try archive.pad()
        }
        try archive.finish()
    }
}

/// An archive file that is compressed and written part by part.
private struct ArchiveOutput {
    let file: OpenFile
    let codec: Codec
    var part: [UInt8] = []
    /// The length of the tar so far.
    var length = 0
    /// The number of bytes written to the file.
    private(set) var written: UInt64 = 0

    private static let partSize = 4 << 20

    mutating func append(_ bytes: ArraySlice<UInt8>) throws {
        part.append(contentsOf: bytes)
        length += bytes.count
        if part.count >= ArchiveOutput.partSize { try flush() }
    }

    /// Fills the last block with zeros.
    mutating func pad() throws {
        let surplus = length % TarBlocks.size
        if surplus > 0 { try append(Array(repeating: 0, count: TarBlocks.size - surplus)[...]) }
    }

    /// Ends the archive with two empty blocks.
    mutating func finish() throws {
        try append(Array(repeating: 0, count: 2 * TarBlocks.size)[...])
        try flush()
    }

    private mutating func flush() throws {
        guard !part.isEmpty else { return }
        let bytes = try codec.encode(part)
        part.removeAll(keepingCapacity: true)
        try file.write(bytes.span, at: written)
        written += UInt64(bytes.count)
    }
}
