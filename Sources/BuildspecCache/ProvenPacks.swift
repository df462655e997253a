internal import BuildspecFiles
internal import SystemPackage

/// The packs in a store on this machine whose bytes this machine has proven, and where their frames are.
///
/// As long as such a file is the one that was read then, by the mark that changes with every write, a
/// restore that wants a few files reads the frames that they lie in and no others. Whatever is wrong
/// with it counts as not proven; what is read by it is held against the manifest's digests.
struct ProvenPacks: Sendable, Equatable {
    struct Pack: Sendable, Equatable {
        var mark: StatIndex.Mark
        var frames: [ZstandardCodec.Frame]
    }

    private(set) var packs: [ContentDigest: Pack] = [:]

    /// A pack's file and frames, if the file is the one that was proven.
    func open(
        _ pack: Manifest.Pack,
        in store: any CacheStore
    ) -> (file: OpenFile, frames: [ZstandardCodec.Frame])? {
        guard let proven = packs[pack.digest],
            let (file, status) = ProvenPacks.file(pack, in: store),
            StatIndex.Mark(status) == proven.mark,
            proven.frames.last?.stored.upperBound == Int(pack.storedSize),
            proven.frames.last?.content.upperBound == pack.contentSize
        else { return nil }
        return (file, proven.frames)
    }

    /// Looks at a pack's file before it is read and proven.
    ///
    /// - Returns: its mark; `nil` where the store is not on this machine, or a change might hide.
    static func mark(_ pack: Manifest.Pack, in store: any CacheStore) -> StatIndex.Mark? {
        guard pack.codec == .zstd, let (_, status) = file(pack, in: store),
            !status.mayHideChanges()
        else { return nil }
        return StatIndex.Mark(status)
    }

    private static func file(
        _ pack: Manifest.Pack,
        in store: any CacheStore
    ) -> (file: OpenFile, status: FileStatus)? {
        guard let store = store as? any LocalCacheStore else { return nil }
        let path = PathBytes(store.directory.string).appending(pack.name.utf8)
        guard let file = try? OpenFile.reading(path), let status = try? file.status(),
            status.kind == .regular, status.size == pack.storedSize
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

/// Text, because it is small: a line for each pack, and the digest of everything before it.
extension ProvenPacks {
    private static let head = "buildspec-packs 1"

    static func read(_ path: PathBytes) -> ProvenPacks {
        let bytes = (try? AtomicFile.read(path, limit: 16 << 20)) ?? nil
        return bytes.flatMap { ProvenPacks($0) } ?? ProvenPacks()
    }

    func write(to path: PathBytes) {
        try? AtomicFile.write(encode(), to: path)
    }

    func encode() -> [UInt8] {
        var lines = [ProvenPacks.head]
        for (digest, pack) in packs.sorted(by: { $0.key.hex < $1.key.hex }) {
            let time = pack.mark.changed
            let frames = pack.frames.map { "\($0.stored.count):\($0.content.count)" }
            lines.append(
                "\(digest.hex) \(pack.mark.inode) \(pack.mark.device) \(time.seconds)"
                    + " \(time.nanoseconds) \(frames.joined(separator: ","))"
            )
        }
        let body = Array((lines.joined(separator: "\n") + "\n").utf8)
        return body + ContentDigest(of: body).hexBytes
    }

    /// Reads what `encode` wrote; `nil` for bytes that are something else.
    init?(_ bytes: [UInt8]) {
        let body = Array(bytes.dropLast(64))
        guard ContentDigest(hex: bytes.suffix(64)) == ContentDigest(of: body) else { return nil }
        // The digest proves that the bytes are our own.
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n")
        guard lines.first == ProvenPacks.head[...] else { return nil }
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count == 6, let digest = ContentDigest(hex: fields[0].utf8),
                let inode = UInt64(fields[1]), let device = UInt64(fields[2]),
                let seconds = Int64(fields[3]), let nanoseconds = Int32(fields[4])
            else { return nil }
            var frames: [ZstandardCodec.Frame] = []
            var (stored, content) = (0, 0)
            for frame in fields[5].split(separator: ",") {
                let sizes = frame.split(separator: ":").compactMap { Int($0) }
                guard sizes.count == 2, sizes.allSatisfy({ 0..<1 << 32 ~= $0 }) else { return nil }
                frames.append(
                    ZstandardCodec.Frame(
                        stored: stored..<stored + sizes[0],
                        content: content..<content + sizes[1]
                    )
                )
                (stored, content) = (stored + sizes[0], content + sizes[1])
            }
            let time = FileTime(seconds: seconds, nanoseconds: nanoseconds)
            let mark = StatIndex.Mark(inode: inode, device: device, changed: time)
            packs[digest] = Pack(mark: mark, frames: frames)
        }
    }
}
