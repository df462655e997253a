// Imports of untrusted archives; a part of the fuzzer of the readers.

internal import Glibc

@testable internal import BuildspecFuzzed

/// Reads an archive as an import does, and checks the rules of a manifest.
func readArchive(_ bytes: [UInt8]) {
    guard let path = try? fuzzFile(bytes), let manifest = try? importedManifest(path) else {
        return
    }
    checkEntries(manifest)
    let again = try? ManifestDecoder.decode(ManifestEncoder.encode(manifest))
    precondition(again == manifest, "a restore reads what an import stores")
    exportAndRead(manifest)
}

/// Corrects the checksums of the headers in a plain archive.
func withValidChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, through: bytes.count - TarBlocks.size, by: TarBlocks.size) {
        let block = bytes[start..<start + TarBlocks.size]
        guard block.dropFirst(257).starts(with: "ustar".utf8) else { continue }
        let digits = String(TarBlocks.checksum(block), radix: 8)
        let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\0 "
        bytes.replaceSubrange(start + 148..<start + 156, with: text.utf8)
    }
    return bytes
}

/// The limit for the contents of an archive.
private let contentLimit: UInt64 = 8 << 20

private func importedManifest(_ path: PathBytes) throws -> Manifest {
    var members = TarReader(try ArchiveInput(path, limit: contentLimit))
    var tree = ImportedTree(PathSet(["**/*"], root: PathBytes("/a/b")))
    var pack = Manifest.Pack(
        digest: ContentDigest(of: []),
        codec: .none,
        storedSize: 1,
        contentSize: 0
    )
    while let member = try members.next() {
        guard let path = try tree.path(of: member) else { continue }
        var blobs = BlobList()
        if case .file(let size) = member.kind {
            let offset = pack.contentSize
            while case let part = try members.content(upTo: 64 << 10), !part.isEmpty {
                precondition(part.count <= 64 << 10, "a part has at most the requested size")
                pack.contentSize += part.count
            }
            let count = pack.contentSize - offset
            precondition(UInt64(count) == size, "a content has the size in its header")
            precondition(
                UInt64(pack.contentSize) <= contentLimit,
                "all contents are within the limit"
            )
            if count > 0 {
                let digest = ContentDigest(of: member.name)
                blobs = [Manifest.Blob(digest: digest, pack: 0, offset: offset, size: count)]
            }
        }
        try tree.add(member, at: path, blobs: blobs)
    }
    let entries = try tree.finished()
    pack.storedSize = UInt64(max(1, pack.contentSize))
    return Manifest(packs: pack.contentSize > 0 ? [pack] : [], entries: entries)
}

/// Writes the entries without contents as an export does, and reads them again.
private func exportAndRead(_ manifest: Manifest) {
    var archive: [UInt8] = []
    for entry in manifest.entries {
        let kind: TarReader.Member.Kind =
            switch entry.kind {
            case .directory: .directory
            case .file: .file(size: 0)
            case .link(let target): .link(target: target)
            case .hardLink(let first): .hardLink(target: first.bytes)
            }
        archive += PaxHeader.blocks(entry.path.bytes, kind, mode: entry.mode, entry.modified)
    }
    guard let path = try? fuzzFile(archive), let input = try? ArchiveInput(path, limit: 64 << 20)
    else { return }
    var members = TarReader(input)
    for entry in manifest.entries {
        let member = try? members.next()
        precondition(member?.modified == entry.modified, "an export keeps times")
        let name = member?.kind == .directory ? member?.name.dropLast() : member?.name[...]
        precondition(name?.elementsEqual(entry.path.bytes) == true, "an export keeps names")
        switch (entry.kind, member?.kind) {
        case (.directory, .directory), (.file, .file): break
        case (.link(let a), .link(let b)): precondition(a == b, "an export keeps link targets")
        case (.hardLink(let a), .hardLink(let b)):
            precondition(a.bytes == b, "an export keeps hard links")
        default: preconditionFailure("an export keeps kinds")
        }
    }
}

/// Writes `bytes` to a file, because archives are read from files.
private func fuzzFile(_ bytes: [UInt8]) throws -> PathBytes {
    let path = PathBytes("/dev/shm/buildspec-fuzz-\(getpid())")
    try AtomicFile.write(bytes, to: path)
    return path
}
