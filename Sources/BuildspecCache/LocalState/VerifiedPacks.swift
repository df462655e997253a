internal import BuildspecFiles
internal import SystemPackage

/// The packs in a local store that this machine has verified, with the positions of their frames.
///
/// As long as the stamp shows that a pack's file has not changed, a restore of a few files reads
/// only the frames that it needs, and compares each blob with its digest. If the list is damaged,
/// it counts as empty.
struct VerifiedPacks: Sendable, Equatable {
    /// The stamp of a verified pack's file, and its frames.
    struct Pack: Sendable, Equatable {
        var stamp: InodeStamp
        var frames: [ZstandardCodec.Frame]
    }

    private(set) var packs: [ContentDigest: Pack] = [:]

    /// Opens a pack's file, if it is the file that was verified.
    func open(
        _ pack: Manifest.Pack,
        in store: (any LocalCacheStore)?
    ) -> (file: OpenFile, frames: [ZstandardCodec.Frame])? {
        guard let verified = packs[pack.digest],
            let (file, status) = VerifiedPacks.file(pack, in: store),
            InodeStamp(status) == verified.stamp,
            verified.frames.last?.stored.upperBound == Int(pack.storedSize),
            verified.frames.last?.content.upperBound == pack.contentSize
        else { return nil }
        return (file, verified.frames)
    }

    /// The stamp of a pack's file before it is read; `nil` if a change could be unnoticed.
    static func stamp(_ pack: Manifest.Pack, in store: (any LocalCacheStore)?) -> InodeStamp? {
        guard pack.codec == .zstd, let (_, status) = file(pack, in: store),
            !status.mayHideChanges()
        else { return nil }
        return InodeStamp(status)
    }

    private static func file(
        _ pack: Manifest.Pack,
        in store: (any LocalCacheStore)?
    ) -> (file: OpenFile, status: FileStatus)? {
        guard let store else { return nil }
        let path = PathBytes(store.directory.string).appending(pack.name.utf8)
        guard let file = try? OpenFile.reading(path, followsLink: false),
            let status = try? file.status(), status.kind == .regular, status.size == pack.storedSize
        else { return nil }
        return (file, status)
    }

    /// Adds packs, and removes those that are not of the manifest.
    mutating func update(_ newPacks: [ContentDigest: Pack], for manifest: Manifest) {
        packs.merge(newPacks) { $1 }
        let wanted = Set(manifest.packs.map(\.digest))
        packs = packs.filter { wanted.contains($0.key) }
    }
}

// MARK: File

extension VerifiedPacks {
    private static let head = Array("buildspec-packs 2\n".utf8)

    /// Reads the list from a file; empty if it is missing or damaged.
    static func read(_ path: PathBytes) -> VerifiedPacks {
        let bytes = (try? AtomicFile.read(path, limit: 16 << 20)) ?? nil
        return bytes.flatMap { VerifiedPacks($0) } ?? VerifiedPacks()
    }

    /// Writes the list to a file; ignores errors.
    func write(to path: PathBytes) { try? AtomicFile.write(encode(), to: path) }

    func encode() -> [UInt8] {
        var bytes = VerifiedPacks.head
        for (digest, pack) in packs {
            bytes += digest.hexBytes
            bytes.append(pack.stamp)
            bytes.append(littleEndian: UInt32(pack.frames.count))
            for frame in pack.frames {
                bytes.append(littleEndian: UInt32(clamping: frame.stored.count))
                bytes.append(littleEndian: UInt32(clamping: frame.content.count))
            }
        }
        return ChecksummedBinary.sealed(bytes)
    }

    /// Decodes a list; `nil` for other bytes.
    init?(_ bytes: [UInt8]) {
        guard var reader = ChecksummedBinary(bytes, head: VerifiedPacks.head) else { return nil }
        while reader.count > 0 {
            guard let digest = reader.digest(), let stamp = reader.stamp() ?? nil,
                let count = reader.number(UInt32.self)
            else { return nil }
            var frames: [ZstandardCodec.Frame] = []
            var (stored, content) = (0, 0)
            for _ in 0..<count {
                guard let storedSize = reader.number(UInt32.self),
                    let contentSize = reader.number(UInt32.self)
                else { return nil }
                let frame = ZstandardCodec.Frame(
                    stored: stored..<stored + Int(storedSize),
                    content: content..<content + Int(contentSize)
                )
                frames.append(frame)
                (stored, content) = (frame.stored.upperBound, frame.content.upperBound)
            }
            packs[digest] = Pack(stamp: stamp, frames: frames)
        }
    }
}
