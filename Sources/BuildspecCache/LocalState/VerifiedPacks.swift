internal import BuildspecFiles
internal import SystemPackage

/// The packs in a store on this machine whose bytes this machine has verified, and where their frames are.
///
/// As long as such a file is the one that was read then, by the stamp that changes with every write, a
/// restore that wants a few files reads the frames that they lie in and no others. Whatever is wrong
/// with it counts as not verified; what is read by it is held against the manifest's digests.
struct VerifiedPacks: Sendable, Equatable {
    struct Pack: Sendable, Equatable {
        var stamp: InodeStamp
        var frames: [ZstandardCodec.Frame]
    }

    private(set) var packs: [ContentDigest: Pack] = [:]

    /// A pack's file and frames, if the file is the one that was verified.
    func open(
        _ pack: Manifest.Pack,
        in store: any CacheStore
    ) -> (file: OpenFile, frames: [ZstandardCodec.Frame])? {
        guard let verified = packs[pack.digest],
            let (file, status) = VerifiedPacks.file(pack, in: store),
            InodeStamp(status) == verified.stamp,
            verified.frames.last?.stored.upperBound == Int(pack.storedSize),
            verified.frames.last?.content.upperBound == pack.contentSize
        else { return nil }
        return (file, verified.frames)
    }

    /// Looks at a pack's file before it is read and verified.
    ///
    /// - Returns: its stamp; `nil` where the store is not on this machine, or a change might hide.
    static func stamp(_ pack: Manifest.Pack, in store: any CacheStore) -> InodeStamp? {
        guard pack.codec == .zstd, let (_, status) = file(pack, in: store),
            !status.mayHideChanges()
        else { return nil }
        return InodeStamp(status)
    }

    private static func file(
        _ pack: Manifest.Pack,
        in store: any CacheStore
    ) -> (file: OpenFile, status: FileStatus)? {
        guard let store = store as? any LocalCacheStore else { return nil }
        let path = PathBytes(store.directory.string).appending(pack.name.utf8)
        guard let file = try? OpenFile.reading(path, followsLink: false),
            let status = try? file.status(), status.kind == .regular, status.size == pack.storedSize
        else { return nil }
        return (file, status)
    }

    /// Keeps what is known of the manifest's packs, and what has been learnt.
    mutating func update(_ learnt: [ContentDigest: Pack], for manifest: Manifest) {
        packs.merge(learnt) { $1 }
        let wanted = Set(manifest.packs.map(\.digest))
        packs = packs.filter { wanted.contains($0.key) }
    }
}

// MARK: As a file

extension VerifiedPacks {
    private static let head = Array("buildspec-packs 2\n".utf8)

    static func read(_ path: PathBytes) -> VerifiedPacks {
        let bytes = (try? AtomicFile.read(path, limit: 16 << 20)) ?? nil
        return bytes.flatMap { VerifiedPacks($0) } ?? VerifiedPacks()
    }

    func write(to path: PathBytes) {
        try? AtomicFile.write(encode(), to: path)
    }

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

    /// Reads what `encode` wrote; `nil` for bytes that are something else.
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
